"""The client of every pattern of `cpu_handlers`: light requests, and beside them heavy ones.

Each kind has a connection of its own, so that no light request waits for the answer to a heavy
one at the client.  Knows no pattern.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, get
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import FAILED, OK
from bench.plan import arrivals

PER_SEED = 1_000_003
LIGHT, HEAVY = "light", "heavy"


class HandlerClient(WorkingClient):
    """Asks at random times; what is due while it still waits for an answer is sent after that."""

    abstract = True
    experiment = "cpu_handlers"

    async def connect(self) -> None:
        self.connections = {kind: await self._opened() for kind in (LIGHT, HEAVY)}
        self.turns = {kind: asyncio.Lock() for kind in (LIGHT, HEAVY)}

    async def _opened(self) -> Http1Connection:
        session = self.session
        return await Http1Connection.open(session.engine, session.host, session.port, session.wire)

    def schedule(self) -> Iterable[int]:
        return self._arrivals(self.session.load.own.light_rate_per_s, 0)

    def _arrivals(self, rate_per_s: float, kind: int) -> Iterable[int]:
        seed = (self.session.seed * PER_SEED + self.number) * 2 + kind
        return arrivals.poisson(rate_per_s / self.session.load.window.clients, seed)

    async def live(self) -> None:
        heavy = asyncio.create_task(self._heavy())
        try:
            await super().live()
        finally:
            heavy.cancel()

    async def work(self, item: WorkItem) -> None:
        async with self.turns[LIGHT]:
            item.sent_ns = now_ns()
            item.bytes_down = await self._ask(LIGHT)

    async def _ask(self, kind: str) -> int:
        """One request; the bytes of its answer.  ConnectionError where it is not answered well."""
        if self.connections[kind].closed:
            self.connections[kind] = await self._opened()
        session = self.session
        asked = get(f"/{kind}", session.host, session.port)
        reply = await self.connections[kind].request(asked)
        if reply.status != 200:
            raise ConnectionError(f"HTTP {reply.status}")
        return len(reply.body)

    async def _heavy(self) -> None:
        session, rate = self.session, self.session.load.own.heavy_rate_per_s
        await session.window_known.wait()
        if not rate or session.only_one:
            return
        code = session.recorder.code(HEAVY)
        start_ns = session.start_ns or now_ns()
        for sequence, offset_ns in enumerate(self._arrivals(rate, 1)):
            due_ns = start_ns + offset_ns
            await session.engine.alarm.until(due_ns)
            if self.is_over:
                return
            sent_ns, outcome = now_ns(), FAILED
            with contextlib.suppress(OSError, TimeoutError):
                await self._ask(HEAVY)
                outcome = OK
            done_ns = now_ns()
            self.record(
                code, outcome, self.number, sequence, due_ns, sent_ns, done_ns, done_ns, 0, 0
            )

    async def close(self) -> None:
        for connection in getattr(self, "connections", {}).values():
            connection.close()
