"""An HTTP/1.1 client connection on httptools: one request at a time, kept alive.

The time of each read is taken first thing in `data_received`.  Also carries
streams without end (SSE) and held requests (long polling).  Tested against
h11.  Knows nothing of what a reply means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httptools

from bench.clock import now_ns
from bench.load.engine import Engine
from bench.load.wire import WireMeter

Sink = Callable[[bytes, int], None]


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
    """One connection.  `request` waits for the whole reply, `stream` hands on its parts.

    A reply whose body ends with the connection is complete when the server
    closes cleanly; a reply that announced its length or its chunks is not.
    """

    def __init__(self, wire: WireMeter | None = None) -> None:
        self._wire = wire
        self._fd = -1
        self._parser = httptools.HttpResponseParser(self)
        self._feed = self._parser.feed_data
        self._parts: list[bytes] = []
        self._sink: Sink | None = None
        self._waiter: asyncio.Future[Reply] | None = None
        self._head: asyncio.Future[int] | None = None
        self._first_ns = 0
        self._read_ns = 0
        self._bytes = 0
        self._framed = False
        self.closed = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, engine: Engine, host: str, port: int, wire: WireMeter) -> Http1Connection:
        """A new connection, counted by `wire`."""
        _, connection = await engine.loop.create_connection(lambda: cls(wire), host, port)
        return connection

    # --- asking ---------------------------------------------------------------

    def request(self, data: bytes) -> asyncio.Future[Reply]:
        """Send a request; the future is the whole reply.  One at a time."""
        if self.closed:
            raise ConnectionClosed("the connection is closed")
        waiter = self._waiter = self.ended.get_loop().create_future()
        self._transport.write(data)
        return waiter

    async def stream(self, data: bytes, sink: Sink) -> int:
        """Send a request and return its status; body parts go to `sink(part, read_ns)`.

        The reply may never end; `ended` is done when the connection is lost.
        """
        self._sink = sink
        self._head = self.ended.get_loop().create_future()
        self.request(data).add_done_callback(_retrieve)
        return await self._head

    def close(self) -> None:
        """Give the connection up."""
        if not self.closed:
            self.closed = True
            if self._wire is not None:
                self._wire.closes(self._fd)
            self._transport.abort()

    # --- what the transport says ------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        if self._wire is not None:
            self._fd = self._wire.opens(transport)

    def data_received(self, data: bytes) -> None:
        self._read_ns = now = now_ns()
        if not self._first_ns:
            self._first_ns = now
        self._bytes += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            self._fail(ProtocolError(f"not an HTTP reply: {error}"))
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._wire is not None:
            self._wire.closes(self._fd)
        if error is None and self._headers_done and not self._framed:
            self.on_message_complete()
        self.closed = True
        self._fail(ConnectionClosed("the server closed the connection" if not error else str(error)))
        if not self.ended.done():
            self.ended.set_result(None)

    # --- what the parser says ------------------------------------------------------

    _headers_done = False

    def on_header(self, name: bytes, value: bytes) -> None:
        # Only what decides whether the end of the connection ends the body.
        size = len(name)
        if (size == 14 and name.lower() == b"content-length") or (
            size == 17 and name.lower() == b"transfer-encoding" and b"chunked" in value.lower()
        ):
            self._framed = True

    def on_headers_complete(self) -> None:
        self._headers_done = True
        if self._head is not None and not self._head.done():
            status = self._parser.get_status_code()
            if status >= 200:
                self._head.set_result(status)

    def on_body(self, part: bytes) -> None:
        if self._sink is not None:
            self._sink(part, self._read_ns)
        else:
            self._parts.append(part)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if 100 <= status < 200:  # interim: the real reply follows
            self._headers_done = False
            return
        waiter, self._waiter = self._waiter, None
        parts = self._parts
        body = b"" if not parts else parts[0] if len(parts) == 1 else b"".join(parts)
        reply = Reply(status, body, self._first_ns, self._read_ns, self._bytes)
        parts.clear()
        self._first_ns = self._bytes = 0
        self._headers_done = self._framed = False
        if waiter is not None and not waiter.done():  # the client may have been cancelled
            waiter.set_result(reply)
        if not self._parser.should_keep_alive():
            self.close()

    def _fail(self, error: ConnectionError) -> None:
        for waiter in (self._waiter, self._head):
            if waiter is not None and not waiter.done():
                waiter.set_exception(error)
        self._waiter = self._head = None


def _retrieve(reply: asyncio.Future[Reply]) -> None:
    """A stream's end is told by `ended`; its reply's error is nobody's."""
    if not reply.cancelled():
        reply.exception()


def get(path: str, host: str, port: int, headers: str = "") -> bytes:
    """The bytes of a plain GET."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n{headers}\r\n".encode()
