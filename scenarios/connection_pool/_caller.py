"""What the clients of `connection_pool` do: send queries in bursts or at random times.

Every query under way has a connection to the application of its own, so that a whole
burst reaches it at once.  Knows nothing of where the application's connections come from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, get
from bench.load.clients.kept import KeptConnections
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import OK
from scenarios.connection_pool import _planned as planned


class Caller(WorkingClient):
    """Sends each query at its time, on an idle connection to the application or a new one."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = self.session
        self.waiting = session.recorder.code("wait")
        self.holding = session.recorder.code("hold")
        self.kept = KeptConnections(self.opened)

    async def connect(self) -> None:
        await self.kept.prepare(self.session.load.own.burst)

    async def opened(self) -> Http1Connection:
        session = self.session
        return await Http1Connection.open(session.engine, session.host, session.port, session.wire)

    def schedule(self) -> Iterable[int]:
        return planned.times_ns(self.session.load, self.session.seed, self.number)

    async def work(self, item: WorkItem) -> None:
        session, number, sequence = self.session, self.number, item.sequence
        seconds = planned.query_s(session.load, session.seed, number, sequence)
        asked = get(f"/query?seconds={seconds:.6f}", session.host, session.port)
        async with self.kept.one() as connection:
            item.sent_ns = now_ns()
            item.bytes_up = len(asked)
            reply = await connection.request(asked)
        item.first_byte_ns = reply.first_byte_ns
        item.bytes_down = reply.bytes_down
        if reply.status != 200:
            raise ConnectionError(f"HTTP {reply.status}: {reply.body.decode(errors='replace')}")
        asked_ns, got_ns, done_ns, back_ns = map(int, reply.body.split())
        self.record(self.waiting, OK, number, sequence, asked_ns, asked_ns, got_ns, got_ns, 0, 0)
        self.record(self.holding, OK, number, sequence, got_ns, got_ns, done_ns, back_ns, 0, 0)

    def transports(self) -> Sequence[asyncio.Transport]:
        return self.kept.transports()

    async def close(self) -> None:
        self.kept.close()
