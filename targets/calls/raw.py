"""Length-prefixed bytes over TCP: nothing is parsed or written. The floor under every format."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from typing import Any

from targets._target import BACKLOG, BaseTarget
from targets.calls import _order
from targets.calls._caller import Answer, CallerTarget, Found

TITLE = "raw bytes"
COMPARED = False
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)

LENGTH = struct.Struct("<I")
"""Before every message; a reply of no bytes says that there is no such order."""

NUMBER = struct.Struct("<I")
LINE = struct.Struct("<12s24sIIdI8s?10s25s")
LARGEST_REQUEST_BYTES = 64


def packed(order: Sequence[_order.Line]) -> bytes:
    """The order as bytes, all lines of one length."""
    encoded = ((v.encode() if isinstance(v, str) else v for v in x.values()) for x in order)
    return b"".join(LINE.pack(*line) for line in encoded)


class Messages(asyncio.Protocol):
    """Cuts a stream into messages.  One that is too long ends the connection."""

    longest = 2**32 - 1

    def connection_made(self, transport: Any) -> None:
        self.transport: asyncio.Transport = transport
        self._parts: list[bytes] = []
        self._have, self._length = 0, -1

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        self._have += len(data)
        while self._have >= (LENGTH.size if self._length < 0 else self._length):
            whole = b"".join(self._parts)
            if self._length < 0:
                (self._length,) = LENGTH.unpack_from(whole)
                rest = whole[LENGTH.size :]
                if self._length > self.longest:
                    self.transport.abort()
                    return
            else:
                message, rest = whole[: self._length], whole[self._length :]
                self._length = -1
                self.message_received(message)
            self._parts, self._have = [rest], len(rest)

    def message_received(self, message: bytes) -> None:
        """One whole message, without its length."""
        raise NotImplementedError

    def send(self, message: bytes) -> None:
        self.transport.writelines([LENGTH.pack(len(message)), message])


class Answers(Messages):
    """The server's end: a number comes in, the order goes back."""

    longest = LARGEST_REQUEST_BYTES

    def __init__(self, order: bytes) -> None:
        self._order = order

    def message_received(self, message: bytes) -> None:
        is_known = message == NUMBER.pack(_order.ORDER)
        self.send(self._order if is_known else b"")


class Server(BaseTarget):
    """The same bytes for every request."""

    server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        order = packed(_order.lines(self.load.own.lines))
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: Answers(order), self.host, port, backlog=BACKLOG
        )
        return int(self.server.sockets[0].getsockname()[1])


class Asks(Messages):
    """The caller's end: one request at a time."""

    waiting: asyncio.Future[bytes] | None = None

    def message_received(self, message: bytes) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(message)

    def connection_lost(self, _: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionError("the server ended the connection"))

    async def ask(self, message: bytes) -> bytes:
        self.waiting = asyncio.get_running_loop().create_future()
        self.send(message)
        return await self.waiting


class Caller(CallerTarget):
    """A connection for each client; what comes is counted, and not read."""

    request_bytes = NUMBER.size

    def expected(self, order: Sequence[_order.Line]) -> Found:
        return packed(order)

    async def open(self, host: str, port: int) -> None:
        self._where = host, port
        self._connections: dict[int, Asks] = {}

    async def ask(self, client: int) -> Answer:
        connection = self._connections.get(client)
        if connection is None or connection.transport.is_closing():
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(Asks, *self._where)
            self._connections[client] = connection
        found = await connection.ask(NUMBER.pack(_order.ORDER))
        return found, len(found)

    async def stop(self) -> None:
        for connection in self._connections.values():
            connection.transport.abort()
