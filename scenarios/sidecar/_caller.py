"""What every client does: ask by its plan, at the place that it is told.

It is told its sidecar's place where it has one, else the service's: an address, as any
application has in its settings.  Knows nothing of sidecars; how it connects says `open_client`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from bench.clock import now_ns
from bench.load.clients.curl import CurlClient
from bench.load.session import Session
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import OK
from scenarios.sidecar import _knocking as knocking
from scenarios.sidecar import _plain as plain
from scenarios.sidecar import _planned as planned
from scenarios.sidecar.load import ON

KNOCKS_AT = 0.25
"""Share of the window after which the strangers come."""


ROUNDS = 5


class Caller(WorkingClient):
    """One client of the service; requests are due whether or not those before are answered."""

    abstract = True
    experiment = "sidecar"
    open_client: Callable[[Session, str, int], CurlClient] = staticmethod(plain.open_client)
    client: CurlClient | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._bytes = int(self.session.load.own.response_bytes)

    @property
    def where(self) -> tuple[str, int]:
        """Host and port that it is told."""
        address = self.session.address
        own = (f"client_sidecar.{self.number}.http1", "client_sidecar.http1")
        place = next((found for name in own if (found := address.listeners.get(name))), address)
        return place.host, place.port

    def schedule(self) -> Iterator[int] | None:
        return planned.due_ns(self.session.load, self.session.seed, self.number)

    async def connect(self) -> None:
        """Its first connection is open, and those behind it, before anything is measured."""
        self.client = self.open_client(self.session, *self.where)
        await self._fetch(self.client)

    async def _fetch(self, client: CurlClient) -> Any:
        reply = await client.fetch(knocking.PATH)
        if reply.status != 200:
            raise ConnectionError(f"HTTP {reply.status}")
        if reply.body_bytes != self._bytes:
            raise ConnectionError(f"{reply.body_bytes} bytes arrived, not {self._bytes}")
        return reply

    async def work(self, item: WorkItem) -> None:
        if self.client is None:
            await self.connect()
        assert self.client is not None
        reply = await self._fetch(self.client)
        item.sent_ns, item.first_byte_ns = reply.sent_ns, reply.first_byte_ns
        item.done_ns = reply.done_ns
        item.bytes_up, item.bytes_down = reply.header_bytes_up, reply.body_bytes

    async def live(self) -> None:
        strangers = asyncio.create_task(self._knock()) if self._shall_knock else None
        try:
            await super().live()
        finally:
            if strangers is not None:
                strangers.cancel()

    @property
    def _shall_knock(self) -> bool:
        return self.session.load.own.security_checks == ON and not self.number

    async def _knock(self) -> None:
        """A row for each call: `bytes_up` is its credential's place, `bytes_down` 1 if let in."""
        session, code = self.session, self.session.recorder.code("knock")
        await session.window_known.wait()
        window_ns = session.t1_ns - session.t0_ns
        await session.engine.alarm.until(session.t0_ns + int(KNOCKS_AT * window_ns))
        shown = list(enumerate(knocking.credentials(session).values()))
        for number, (place, credential) in enumerate(shown * ROUNDS):
            sent_ns = now_ns()
            is_in = await knocking.is_admitted(session, credential)
            done_ns = now_ns()
            self.record(code, OK, 0, number, sent_ns, sent_ns, 0, done_ns, place, int(is_in))

    async def close(self) -> None:
        if self.client is not None:
            self.client.close()
