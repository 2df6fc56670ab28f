"""A receiver that is called: it listens, says where to the publisher, and answers each event."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import cast

import httptools

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection
from bench.load.wire import WireMeter
from scenarios.fan_out._receiver import Receiver
from scenarios.fan_out._work import Done
from scenarios.fan_out.load import SILENT

BACKLOG = 1024
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
BAD = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Called(asyncio.Protocol):
    """The receiver's end of a connection: whole bodies go to `take(body, read_ns, answer)`."""

    def __init__(self, take: Callable[[bytes, int, Done], None], wire: WireMeter) -> None:
        self._take, self._wire = take, wire
        self._parser = httptools.HttpRequestParser(self)
        self._body: list[bytes] = []
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self._descriptor = self._wire.opens(transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._wire.closes(self._descriptor)
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self._read_ns = now_ns()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            assert self.transport is not None
            self.transport.write(BAD)
            self.transport.close()

    def on_message_begin(self) -> None:
        """The parser has found a request."""
        self._body = []

    def on_body(self, part: bytes) -> None:
        """A part of its body."""
        self._body.append(part)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._take(b"".join(self._body), self._read_ns, self._answer)

    def _answer(self) -> None:
        if self.transport is not None:
            self.transport.write(ANSWER)


class CalledReceiver(Receiver):
    """Listens at a port of its own.  One that is dead has said so and listens no more."""

    abstract = True

    def __init__(self, environment: object) -> None:
        super().__init__(environment)
        self._server: asyncio.Server | None = None
        self._silent: socket.socket | None = None
        self._connections: list[Called] = []

    async def connect(self) -> None:
        session = self.session
        asking = await Http1Connection.open(session.engine, session.host, session.port, WireMeter())
        try:
            host = asking.transport.get_extra_info("sockname")[0]
            port = await self._listen(host)
            place = f"client={self.number}&host={host}&port={port}"
            request = (
                f"POST /receivers?{place} HTTP/1.1\r\nHost: {session.host}\r\n"
                "Content-Length: 0\r\n\r\n"
            )
            reply = await asking.request(request.encode())
            if reply.status != 204:
                raise ConnectionError(f"HTTP {reply.status} for /receivers")
        finally:
            asking.close()

    async def _listen(self, host: str) -> int:
        """The port at which it can be called; nobody answers there for one that is dead."""
        if self.is_dead:
            return self._dead(host)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._called, host, 0, backlog=BACKLOG)
        return int(self._server.sockets[0].getsockname()[1])

    def _dead(self, host: str) -> int:
        """A port that refuses, or one at which the kernel accepts and nobody reads."""
        listening = socket.create_server((host, 0), backlog=BACKLOG)
        port = int(listening.getsockname()[1])
        if self.session.load.own.dead_host == SILENT:
            self._silent = listening
        else:
            listening.close()
        return port

    def _called(self) -> Called:
        called = Called(self.take, self.session.wire)
        self._connections = [one for one in self._connections if one.transport is not None]
        self._connections.append(called)
        return called

    def transports(self) -> Sequence[asyncio.Transport]:
        return [one.transport for one in self._connections if one.transport is not None]

    async def live(self) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        self.stop_working()
        if self._silent is not None:
            self._silent.close()
        if self._server is not None:
            self._server.close()
        for transport in self.transports():
            transport.close()
