"""What both clients do: ask for many bytes on one connection, again and again.

Transfers begin at t0, so that none straddles the window's beginning.  Before, one
short reply is fetched: it shows that the pattern works, and a kernel that has a
second path to add does it meanwhile.
"""

from __future__ import annotations

import _socket  # the original class: socket.socket is gevent's in a load process
import asyncio
from collections.abc import Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.working import WorkingClient, WorkItem

IPPROTO_TCP = 6
FIRST_BYTES = 20_000


class Download(asyncio.Protocol):
    """A connection on which one reply of known length is awaited."""

    def __init__(self) -> None:
        self.lost = False
        self._left = self._first_ns = 0
        self._waiter: asyncio.Future[int] | None = None

    def fetch(self, size: int) -> asyncio.Future[int]:
        """Ask for so many bytes; the future is the time of the first."""
        if self.lost:
            raise ConnectionError("the connection is closed")
        self._left, self._first_ns = size, 0
        self._waiter = asyncio.get_running_loop().create_future()
        self.transport.write(b"%d\n" % size)
        return self._waiter

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        now = now_ns()
        self._first_ns = self._first_ns or now
        self._left -= len(data)
        if self._left <= 0 and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(self._first_ns)

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(ConnectionError(str(error or "the server closed it")))


class DownloadClient(WorkingClient):
    """Transfers one after the other on a kept connection."""

    abstract = True
    protocol = IPPROTO_TCP
    download: Download | None = None

    async def connect(self) -> None:
        session, loop = self.session, asyncio.get_running_loop()
        sock: Any = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, self.protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, (session.host, session.port))
            _, self.download = await loop.create_connection(Download, sock=sock)
        except BaseException:
            sock.close()
            raise
        sock.detach()  # the transport has its descriptor, and closes it
        self.opens()

    def opens(self) -> None:
        """Have the new connection's bytes counted."""
        assert self.download is not None
        self.fd = self.session.wire.opens(self.download.transport)

    async def close(self) -> None:
        if self.download is not None:
            self.closes()
            self.download.transport.abort()
            self.download = None

    def closes(self) -> None:
        """Have them counted for the last time."""
        self.session.wire.closes(self.fd)

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.download.transport] if self.download is not None else []

    async def live(self) -> None:
        session = self.session
        await self._one(now_ns())
        await session.window_known.wait()
        await session.engine.alarm.until(session.t0_ns)
        await super().live()

    async def work(self, item: WorkItem) -> None:
        if self.download is None or self.download.lost:
            await self.close()
            await self.connect()
        assert self.download is not None
        size = self.session.load.own.transfer_bytes if item.sequence else FIRST_BYTES
        item.sent_ns = now_ns()
        item.first_byte_ns = await self.download.fetch(size)
        item.bytes_up, item.bytes_down = len(str(size)) + 1, size
        self.fetched()

    def fetched(self) -> None:
        """A reply is complete."""
