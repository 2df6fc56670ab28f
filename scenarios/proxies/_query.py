"""What all clients of `proxies` do: one query at a time, again at once or by a schedule.

Knows nothing of proxies: a pattern says where its clients connect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from bench.clock import now_ns
from bench.load.clients.curl import CurlClient
from bench.load.clients.http1 import Http1Connection, get
from bench.load.session import Session
from bench.load.working import WorkingClient, WorkItem
from bench.plan import arrivals

PATH = "/"


class QueryClient(WorkingClient):
    """Closed loop, or this client's share of Poisson arrivals.

    A client has one connection or one stream: what is due while a query is under way
    waits for it, and the wait counts.
    """

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._turn = asyncio.Lock()
        self._bytes = int(self.session.load.own.response_bytes)

    async def query(self, item: WorkItem) -> int:
        """Send one query, fill in the first byte's time; return the bytes of the reply's body."""
        raise NotImplementedError

    async def work(self, item: WorkItem) -> None:
        async with self._turn:
            item.sent_ns = now_ns()
            size = await self.query(item)
        if size != self._bytes:
            raise ConnectionError(f"{size} bytes arrived, not {self._bytes}")
        item.bytes_down = size

    def schedule(self) -> Iterable[int] | None:
        load = self.session.load
        if not load.own.request_rate_per_s:
            return None
        # Independent Poisson streams of 1/N of the rate make one of the whole rate.
        rate = load.own.request_rate_per_s / load.window.clients
        return arrivals.poisson(rate, self.session.seed * 1_000_003 + self.number)


class Http1QueryClient(QueryClient):
    """One HTTP/1.1 connection of its own, kept."""

    abstract = True
    connection: Http1Connection | None = None

    @property
    def where(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return self.session.host, self.session.port

    async def connect(self) -> None:
        session, (host, port) = self.session, self.where
        self._request = get(PATH, host, port)
        self.connection = await Http1Connection.open(session.engine, host, port, session.wire)

    async def query(self, item: WorkItem) -> int:
        if self.connection is None or self.connection.closed:
            await self.connect()
        assert self.connection is not None
        reply = await self.connection.request(self._request)
        if reply.status != 200:
            raise ConnectionError(f"HTTP {reply.status}")
        item.bytes_up = len(self._request)
        item.first_byte_ns = reply.first_byte_ns
        return len(reply.body)

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.connection.transport] if self.connection is not None else []

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


class SharedConnection:
    """The one HTTP/2 connection of a load process, while it has users."""

    _of: ClassVar[WeakKeyDictionary[Session, SharedConnection]] = WeakKeyDictionary()

    def __init__(self, origin: str, session: Session) -> None:
        self._users = 0
        self.curl = CurlClient(
            origin,
            "2-prior",
            connections=1,
            streams=session.load.own.streams,
            on_open=session.wire.opens_descriptor,
            on_close=session.wire.closes,
        )
        # Before the first reply it is not known how many streams it carries.
        self._ready = asyncio.create_task(self._first())

    async def _first(self) -> None:
        await self.curl.fetch(PATH)

    @classmethod
    async def join(cls, session: Session, origin: str) -> SharedConnection:
        """The session's connection, opened by whoever comes first."""
        shared = cls._of.get(session)
        if shared is None or shared.curl.closed:
            shared = cls._of[session] = cls(origin, session)
        shared._users += 1
        try:
            await asyncio.shield(shared._ready)
        except BaseException:
            shared.leave()
            raise
        return shared

    def leave(self) -> None:
        """The last one closes it."""
        self._users -= 1
        if not self._users:
            self._ready.cancel()
            self.curl.close()
