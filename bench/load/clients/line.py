"""A bare TCP connection that reads lines: the client of the harness's own floor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bench.clock import now_ns
from bench.limits import MOST_BYTES
from bench.load.engine import Engine
from bench.load.wire import WireMeter

Sink = Callable[[bytes, int], None]


class LineConnection(asyncio.Protocol):
    """Says a greeting, then hands each line to `sink(line, read_ns)`."""

    def __init__(self, sink: Sink, wire: WireMeter) -> None:
        self._sink = sink
        self._wire = wire
        self._rest = b""
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()

    @classmethod
    async def open(
        cls, engine: Engine, host: str, port: int, greeting: bytes, sink: Sink, wire: WireMeter
    ) -> LineConnection:
        """Connect, say the greeting and wait for the empty line that answers it."""
        _, connection = await engine.loop.create_connection(lambda: cls(sink, wire), host, port)
        connection._transport.write(greeting + b"\n")
        await connection.greeted
        return connection

    @property
    def transport(self) -> asyncio.Transport:
        return self._transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._fd = self._wire.opens(transport)

    def data_received(self, data: bytes) -> None:
        read_ns = now_ns()
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MOST_BYTES:
            self._rest = b""
            self._transport.abort()
        for line in lines:
            if line:
                self._sink(line, read_ns)
            elif not self.greeted.done():
                self.greeted.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._wire.closes(self._fd)
        for future in (self.greeted, self.ended):
            if not future.done():
                if error is not None and future is self.greeted:
                    future.set_exception(error)
                else:
                    future.set_result(None)

    def close(self) -> None:
        self._wire.closes(self._fd)
        self._transport.abort()
