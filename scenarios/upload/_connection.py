"""A connection that sends bodies: what of them left the socket is known, however it ends.

The kernel counts (TCP_INFO): what the socket sent, without what it sent again, and what the
other end acknowledged.  Knows nothing of files, nor of what a reply means.
"""

from __future__ import annotations

import _socket  # the original class: socket.socket is gevent's in a load process
import asyncio
import struct
from collections.abc import Iterable
from typing import Any, Self

import httptools

from bench.load.clients.http1 import Http1Connection, Reply
from bench.load.wire import WireMeter
from bench.tcpinfo import IPPROTO_TCP, tcp_info

_ACKNOWLEDGED_AT, _SENT_AT = 120, 200
_NUMBER, _TWO_NUMBERS = struct.Struct("<Q"), struct.Struct("<QQ")
PIECE_BYTES = 65_536
"""What is handed to the transport at once."""


class UploadConnection(Http1Connection):
    """One request at a time, whose body may be long."""

    def __init__(self, wire: WireMeter | None = None) -> None:
        super().__init__(wire)
        self._flows = asyncio.Event()
        self._flows.set()
        self._before = 0
        self._last = 0, 0
        self._is_bodiless = False
        self.has_replied = False
        self.headers: dict[bytes, bytes] = {}
        """Of the last reply, by names in small letters."""

    @classmethod
    async def reach(cls, host: str, port: int, wire: WireMeter, send_buffer: int) -> Self:
        """A new connection whose socket holds little: SO_SNDBUF is set before it connects."""
        loop = asyncio.get_running_loop()
        sock: Any = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_SNDBUF, send_buffer)
            sock.setsockopt(IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, (host, port))
            _, connection = await loop.create_connection(lambda: cls(wire), sock=sock)
        except BaseException:
            sock.close()
            raise
        sock.detach()  # the transport has its descriptor, and closes it
        connection.transport.set_write_buffer_limits(PIECE_BYTES)
        return connection

    async def send(self, head: bytes, body: Iterable[memoryview]) -> Reply:
        """Send a request and its body, piece by piece as the socket takes them; its reply."""
        self._before = self._counts()[0] + len(head)
        reply = self._begin(head)
        for piece in body:
            for at in range(0, len(piece), PIECE_BYTES):
                if not self._flows.is_set():
                    await self._flows.wait()
                if self.closed:
                    return await self._end(reply)
                if reply.done():  # refused before all was sent: the rest would be no request
                    self.close()
                    return await self._end(reply)
                self.transport.write(piece[at : at + PIECE_BYTES])
        return await self._end(reply)

    async def ask(self, head: bytes) -> Reply:
        """A request without a body, and its reply."""
        return await self._end(self._begin(head))

    def _begin(self, head: bytes) -> asyncio.Future[Reply]:
        self.headers = {}
        self._is_bodiless = head.startswith(b"HEAD ")
        return self.request(head)

    async def _end(self, reply: asyncio.Future[Reply]) -> Reply:
        found = await reply
        self.has_replied = True
        return found

    @property
    def body_sent(self) -> int:
        """Bytes of the last body that left the socket."""
        return max(0, self._counts()[0] - self._before)

    @property
    def under_way(self) -> int:
        """Bytes that left the socket and are not acknowledged."""
        sent, acknowledged = self._counts()
        return max(0, sent - acknowledged)

    def _counts(self) -> tuple[int, int]:
        """Bytes sent once, and acknowledged: of a lost connection the last that were known."""
        if not self.closed:
            self._read_counts()
        return self._last

    def _read_counts(self) -> None:
        if self._fd < 0:
            return
        try:
            info = tcp_info(self._fd)
        except OSError:  # gone already: what was read last is what is known
            return
        (acknowledged,) = _NUMBER.unpack_from(info, _ACKNOWLEDGED_AT)
        sent, again = _TWO_NUMBERS.unpack_from(info, _SENT_AT)
        self._last = sent - again, acknowledged

    # --- what the parser says ------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """A reply to HEAD is complete here; its headers may speak of a body that does not come."""
        if not self._is_bodiless:
            return
        reply = Reply(self._status(), b"", self._first_ns, self._read_ns, self._bytes)
        waiter, self._waiter = self._waiter, None
        self._first_ns = self._bytes = 0
        self._unfinished.clear()
        if waiter is not None and not waiter.done():
            waiter.set_result(reply)

    # --- what the transport says -----------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_bodiless:
            self._parser = httptools.HttpResponseParser(self)
            self._feed, self._status = self._parser.feed_data, self._parser.get_status_code

    def pause_writing(self) -> None:
        self._flows.clear()

    def resume_writing(self) -> None:
        self._flows.set()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed:
            self._read_counts()
        super().connection_lost(error)
        self._flows.set()

    def close(self) -> None:
        if not self.closed:
            self._read_counts()
        super().close()
        self._flows.set()
