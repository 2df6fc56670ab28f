"""Runs the application of `sidecar` on granian: HTTP/1.1 or HTTP/2, with or without TLS.

Why granian, see docs/decisions/0017-proxy-backend.md.  Knows no proxy: a pattern names it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server

from scenarios.sidecar.load import payload
from targets._starting import free_port, runs, until_it_accepts
from targets._target import BACKLOG, BaseTarget
from targets.sidecar import _plain as plain
from targets.sidecar._application import Application
from targets.sidecar._lines import changed_lines

HERE = Path(__file__).parent
CLIENTS = HERE.parents[1] / "scenarios" / HERE.name
"""Where the other end of the application is."""

PLAIN = "_plain.py"


class Service(BaseTarget):
    """The service, which speaks HTTP/1.1 in the clear."""

    version = PLAIN
    """The files of both ends that say how the application is served and called."""

    _server: Server | None = None
    _task: asyncio.Task[None] | None = None

    async def start(self, port: int) -> int:
        self.app = Application(payload(self.load))
        self._changed = sum(
            changed_lines((folder / PLAIN).read_text(), (folder / self.version).read_text())
            for folder in (HERE, CLIENTS)
        )
        port = port or free_port(self.host)
        self._server = Server(
            self.app,
            address=self.host,
            port=port,
            interface=Interfaces.ASGINL,
            backlog=BACKLOG,
            websockets=False,
            log_enabled=False,
            **self.settings(),
        )
        self._task = asyncio.create_task(self._server.serve())
        await until_it_accepts(self.host, port, partial(runs, self._task))
        return port

    def settings(self) -> dict[str, Any]:
        """What the server is told of protocol and transport."""
        return plain.settings()

    async def stop(self) -> None:
        if self._task is None or self._server is None:
            return
        # Nothing is measured any more: who is cut off need not be told.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        end: Callable[[], None] = self._server.stop
        end()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._task), 1.0)

    def counts(self) -> dict[str, float]:
        """What the service was asked, and how many lines of it differ from the plain one."""
        return {"server.requests": self.app.requests, "application.changed_lines": self._changed}
