"""A run's live view put together: a board, a server, an address with a token.

Knows its parts and their order; the page itself is given to it.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.lab.scratch import COMMON_PREFIX, folder_for
from bench.run.runner import Progress
from bench.run.watching import locust_page
from bench.run.watching.board import Board, Known
from bench.run.watching.routes import Answer, Routes
from bench.run.watching.server import HOST, serving

HTML, JSON = "text/html; charset=utf-8", "application/json"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""The page loads nothing and sends nothing anywhere but here."""

TOKEN_BYTES = 24


@dataclass(frozen=True)
class Live:
    """A run that can be watched: where, who must be told, where load processes show Locust."""

    url: str
    board: Board
    locust_page: Path


def routes_of(token: str, board: Board, page: bytes, socket: Path) -> Routes:
    """Everything that can be asked for."""
    return Routes(
        token,
        {
            "": lambda: Answer(200, page, HTML, {"Content-Security-Policy": POLICY}),
            "snapshot.json": lambda: Answer(200, board.snapshot(), JSON),
        },
        {"locust/": partial(locust_page.fetch, socket)},
    )


@contextlib.contextmanager
def watching(
    inner: Progress, titles: Mapping[str, str], known: Known, page: bytes
) -> Iterator[Live]:
    """Serve the page until the end of the block; nothing listens afterwards."""
    board, token = Board(inner, titles, known), secrets.token_urlsafe(TOKEN_BYTES)
    with folder_for(f"{COMMON_PREFIX}watch-") as folder:
        socket = folder / "locust"
        with serving(routes_of(token, board, page, socket)) as port:
            yield Live(f"http://{HOST}:{port}/{token}/", board, socket)
