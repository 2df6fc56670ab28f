"""What all clients of `page_load` do: fetch a page's resources over fresh connections.

Knows nothing of a protocol; the pattern says which one, and how many connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from bench.clock import now_ns
from bench.load.clients.curl import CurlClient
from bench.load.clients.curl_timing import Fetched
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import OK


class Arrived(Protocol):
    """A resource that came."""

    @property
    def status(self) -> int: ...
    @property
    def body_bytes(self) -> int: ...


class PageClient(WorkingClient):
    """Loads one page after the other; each begins without any connection, as a first visit does."""

    abstract = True
    experiment = "page_load"
    version = ""
    connections: int | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        recorder = self.session.recorder
        self.resource = recorder.code("resource")
        self.opening = recorder.code("open")
        self.sizes: tuple[int, ...] = self.session.load.own.sizes_bytes
        self.headers: tuple[str, ...] = ()

    @property
    def paths(self) -> Sequence[str]:
        """What the page consists of."""
        return [f"/resource?bytes={size}" for size in self.sizes]

    @property
    def ca_file(self) -> str:
        """Who vouches for the server."""
        return self.session.address.ca_file

    def check(self, number: int, one: Arrived) -> None:
        """ConnectionError where a resource is not what was asked for."""
        if one.status != 200 or one.body_bytes != self.sizes[number]:
            raise ConnectionError(
                f"a resource arrived with status {one.status}, {one.body_bytes} B"
            )

    async def all_of(self, fetches: Sequence[asyncio.Future[Fetched]]) -> Sequence[Fetched]:
        """All resources of a page, when all have come."""
        return await asyncio.gather(*fetches)

    @property
    def origin(self) -> str:
        listeners = self.session.address.listeners
        if self.version == "3":
            return listeners["quic"].url
        encrypted = self.version == "2" or self.session.load.own.tls == "on"
        return listeners["tls" if encrypted else "http1"].url

    async def work(self, item: WorkItem) -> None:
        session = self.session
        if self.version == "3":
            session.wire.unseen += 1
        client = CurlClient(
            self.origin,
            self.version,
            connections=self.connections,
            ca_file=self.ca_file,
            header=self.headers,
            streams=session.load.own.max_streams,
            on_open=session.wire.opens_descriptor,
            on_close=session.wire.closes,
        )
        held: list[asyncio.Task[Fetched]] = []
        try:
            held = await self._hold_streams(client)
            item.intended_ns = item.sent_ns = now_ns()
            await self._fetch_all(client, item)
        finally:
            for task in held:
                task.cancel()
            client.close()
            await asyncio.gather(*held, return_exceptions=True)

    async def _hold_streams(self, client: CurlClient) -> list[asyncio.Task[Fetched]]:
        """Open the page's long streams, as many as find a connection, before its resources."""
        wanted = self.session.load.own.streams
        room = wanted if self.version != "1.1" else min(wanted, self.connections or wanted)
        opened = asyncio.Semaphore(0)
        tasks = []
        for _ in range(wanted):
            is_first = [True]

            def news(_: bytes, is_first: list[bool] = is_first) -> None:
                if is_first:
                    is_first.clear()
                    opened.release()

            tasks.append(asyncio.create_task(client.stream("/stream", news)))
        for _ in range(room):
            await opened.acquire()
        return tasks

    async def _fetch_all(self, client: CurlClient, item: WorkItem) -> None:
        fetches = [asyncio.ensure_future(client.fetch(path)) for path in self.paths]
        try:
            fetched = await self.all_of(fetches)
        finally:
            for fetch in fetches:
                fetch.cancel()
        for number, one in enumerate(fetched):
            self._record(item.sequence, number, one)
        item.first_byte_ns = min(one.first_byte_ns for one in fetched)
        item.bytes_up = sum(one.header_bytes_up for one in fetched)
        item.bytes_down = sum(one.body_bytes for one in fetched)

    def _record(self, page: int, number: int, one: Fetched) -> None:
        self.check(number, one)
        times = (one.intended_ns, one.sent_ns, one.first_byte_ns, one.done_ns)
        size = one.header_bytes_down + one.body_bytes
        self.record(self.resource, OK, self.number, page, *times, one.header_bytes_up, size)
        if one.opened:
            ready_ns = one.connected_ns
            asked_ns = one.intended_ns
            self.record(
                self.opening, OK, self.number, page, asked_ns, asked_ns, ready_ns, ready_ns, 0, 0
            )
