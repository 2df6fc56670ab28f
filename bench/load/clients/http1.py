"""An HTTP/1.1 client connection on httptools: one request at a time, kept alive.

The time of each read is taken first thing in `data_received`.  Also carries
streams without end (SSE) and held requests (long polling).  Tested against
h11.  Knows nothing of what a reply means.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Self

import httptools

from bench.clock import now_ns
from bench.limits import MOST_BYTES
from bench.load.engine import Engine
from bench.load.wire import WireMeter

Sink = Callable[[bytes, int], None]

HEAD_BYTES = 65_536
"""The most that headers may take before the connection's end is no end of a reply."""


class Reply:
    """One response, with the moments of its first and last byte."""

    __slots__ = ("body", "bytes_down", "done_ns", "first_byte_ns", "status")

    def __init__(
        self, status: int, body: bytes, first_byte_ns: int, done_ns: int, bytes_down: int
    ) -> None:
        self.status = status
        self.body = body
        self.first_byte_ns = first_byte_ns
        self.done_ns = done_ns
        self.bytes_down = bytes_down


class ConnectionClosed(ConnectionError):
    """The connection ended before the reply was complete."""


class ProtocolError(ConnectionError):
    """What came is no HTTP."""


class Http1Connection(asyncio.Protocol):
    """One connection, one request at a time.

    A reply whose body ends with the connection is complete when the server
    closes cleanly; a reply that announced its length or its chunks is not.
    One of more than MOST_BYTES is a ProtocolError.
    Only the callbacks that every reply needs are defined: the parser calls
    no others, and each costs as much as the rest of a short reply.
    """

    def __init__(self, wire: WireMeter | None = None) -> None:
        self._wire = wire
        self._fd = -1
        self._parser = httptools.HttpResponseParser(self)
        self._feed = self._parser.feed_data
        self._status = self._parser.get_status_code
        self._parts: list[bytes] = []
        self._unfinished: list[bytes] = []
        self._waiter: asyncio.Future[Reply] | None = None
        self._first_ns = 0
        self._read_ns = 0
        self._bytes = 0
        self.closed = False
        loop = asyncio.get_running_loop()
        self._create_future = loop.create_future
        self.ended: asyncio.Future[None] = loop.create_future()

    @classmethod
    async def open(
        cls,
        engine: Engine,
        host: str,
        port: int,
        wire: WireMeter,
        tls: ssl.SSLContext | None = None,
    ) -> Self:
        """A new connection, counted by `wire`; with TLS where it is told whom to trust."""
        _, connection = await engine.loop.create_connection(lambda: cls(wire), host, port, ssl=tls)
        return connection

    # --- asking ---------------------------------------------------------------

    def request(self, data: bytes) -> asyncio.Future[Reply]:
        """Send a request; the future is the whole reply.  One at a time."""
        if self.closed:
            raise ConnectionClosed("the connection is closed")
        waiter = self._waiter = self._create_future()
        self._write(data)
        return waiter

    def close(self) -> None:
        """Give the connection up."""
        if not self.closed:
            self.closed = True
            if self._wire is not None:
                self._wire.closes(self._fd)
            self._transport.abort()

    @property
    def transport(self) -> asyncio.Transport:
        return self._transport

    # --- what the transport says ------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._write = self._transport.write
        if self._wire is not None:
            self._fd = self._wire.opens(transport)

    def data_received(self, data: bytes) -> None:
        self._read_ns = now = now_ns()
        if not self._first_ns:
            self._first_ns = now
        self._bytes += len(data)
        try:
            self._feed(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._refuse(error)
        if self._first_ns:  # the reply goes on
            self._keep_head(data)

    def _refuse(self, reason: object) -> None:
        self._fail(ProtocolError(f"not an HTTP reply: {reason}"))
        self.close()

    def _keep_head(self, data: bytes) -> None:
        """Keep what may hold the headers of an unfinished reply: see `connection_lost`."""
        if self._bytes > MOST_BYTES:
            self._refuse("it does not end")
            return
        if sum(map(len, self._unfinished)) < HEAD_BYTES:
            self._unfinished.append(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._wire is not None:
            self._wire.closes(self._fd)
        if error is None and _ends_with_connection(b"".join(self._unfinished)):
            self.on_message_complete()
        self.closed = True
        words = str(error) if error else "the server closed the connection"
        self._fail(ConnectionClosed(words))
        if not self.ended.done():
            self.ended.set_result(None)

    # --- what the parser says ------------------------------------------------------

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        status = self._status()
        if status < 200:  # interim: the real reply follows
            return
        waiter, self._waiter = self._waiter, None
        parts = self._parts
        if not parts:
            body = b""
        elif len(parts) == 1:
            body = parts[0]
            self._parts = []
        else:
            body = b"".join(parts)
            self._parts = []
        reply = Reply(status, body, self._first_ns, self._read_ns, self._bytes)
        self._first_ns = self._bytes = 0
        if self._unfinished:
            self._unfinished.clear()
        if waiter is not None and not waiter.done():  # the client may have been cancelled
            waiter.set_result(reply)
        if not self._parser.should_keep_alive():
            self.close()

    def _fail(self, error: ConnectionError) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)


class Http1Stream(Http1Connection):
    """A connection whose reply is handed on in parts, as they are read."""

    def __init__(self, wire: WireMeter | None = None) -> None:
        self._sink: Sink | None = None
        self._head: asyncio.Future[int] | None = None
        super().__init__(wire)

    async def stream(self, data: bytes, sink: Sink) -> int:
        """Send a request and return its status; body parts go to `sink(part, read_ns)`.

        The reply may never end; `ended` is done when the connection is lost.
        """
        self._sink = sink
        self._head = self._create_future()
        self.request(data).add_done_callback(_retrieve)
        return await self._head

    def data_received(self, data: bytes) -> None:
        """As for a reply, less what only a whole reply needs."""
        self._read_ns = now_ns()
        try:
            self._feed(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._refuse(error)

    def on_headers_complete(self) -> None:
        if self._head is not None and not self._head.done() and self._status() >= 200:
            self._head.set_result(self._status())

    def on_body(self, part: bytes) -> None:
        assert self._sink is not None
        self._sink(part, self._read_ns)

    def _fail(self, error: ConnectionError) -> None:
        super()._fail(error)
        if self._head is not None and not self._head.done():
            self._head.set_exception(error)


def _ends_with_connection(head: bytes) -> bool:
    """Whether these headers leave it to the connection's end to end the body (RFC 9112 6.3)."""
    headers, end, rest = head.lower().partition(b"\r\n\r\n")
    if not end:
        return False
    if headers[8:10] == b" 1":  # interim: "HTTP/1.1 100 ..."; the real reply follows
        return _ends_with_connection(rest)
    names = {line.partition(b":")[0].strip() for line in headers.split(b"\r\n")[1:]}
    if b"transfer-encoding" in names:
        return b"chunked" not in headers
    return b"content-length" not in names


def _retrieve(reply: asyncio.Future[Reply]) -> None:
    """A stream's end is told by `ended`; its reply's error is nobody's."""
    if not reply.cancelled():
        reply.exception()


def get(path: str, host: str, port: int, headers: str = "") -> bytes:
    """The bytes of a plain GET."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n{headers}\r\n".encode()
