"""Upload servers in this process, on real sockets and a real disk, for tests."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bench.load.wire import WireMeter
from bench.model.messages import Address
from scenarios.upload._connection import UploadConnection
from scenarios.upload.load import LOAD

HOST = "127.0.0.1"


class Served:
    """A server with its relay; `port` is the relay's."""

    def __init__(self, server: Any, relay: Any, port: int, server_port: int) -> None:
        self.server, self.relay, self.port, self.server_port = server, relay, port, server_port

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def incoming(self) -> list[str]:
        """What is on the disk and not complete."""
        return sorted(one.name for one in self.server.store.incoming.iterdir())


@contextlib.asynccontextmanager
async def served(pattern: str, folder: Path, **load: Any) -> AsyncIterator[Served]:
    """A pattern's server, started on what its folder holds."""
    module = importlib.import_module(f"targets.upload.{pattern}")
    values = LOAD(**{"cut_rate_per_s": 0.0, **load})
    server, relay = module.Server(values, 1, {}), module.Relay(values, 1, {})
    server.data = folder
    server_port = await server.start(0)
    relay.parts = {"server": [Address(HOST, server_port)]}
    port = await relay.start(0)
    try:
        yield Served(server, relay, port, server_port)
    finally:
        relay.server.close()
        await server.stop()
        await server.runner.cleanup()


async def connected(port: int, send_buffer: int = 65_536) -> UploadConnection:
    return await UploadConnection.reach(HOST, port, WireMeter(), send_buffer)


def head(method: str, path: str, headers: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n".encode()
