"""The option that has a run watched, and the line that says where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from bench.cli.screen import say

Web = Annotated[
    bool,
    typer.Option("--web", help="serve a live page of the run on 127.0.0.1, and print its address"),
]


@contextmanager
def watched(progress: Any, known: Any) -> Iterator[Any]:
    """The run's live page, whose address is printed; gone when the run ends."""
    from bench.run.watching.live import watching  # noqa: PLC0415
    from reports import live_page  # noqa: PLC0415

    with watching(progress, known.titles, known.after, live_page.page()) as live:
        say(f"live page (only this machine, only with this address): {live.url}")
        yield live
