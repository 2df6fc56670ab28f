"""Asynchronous: one event loop serves all; while a handler computes, nothing else runs."""

from __future__ import annotations

import asyncio
from functools import partial

from targets._target import BACKLOG, BaseTarget
from targets.cpu_handlers._handlers import Requests, compute

TITLE = "async"
EXAMPLE = "curl -i 'http://{host}:{port}/heavy'"


class Target(BaseTarget):
    """GET /light and GET /heavy."""

    async def start(self, port: int) -> int:
        heavy = partial(compute, round(self.load.own.heavy_time_s * 1e9))
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(Requests(heavy)), self.host, port, backlog=BACKLOG
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self._server.close()


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if answers := self._requests.answers(data):
            self._transport.write(answers)
