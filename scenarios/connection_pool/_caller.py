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
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import OK
from bench.plan import arrivals


class Caller(WorkingClient):
    """Sends each query at its time, on an idle connection to the application or a new one."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = self.session
        self.asked = get("/query", session.host, session.port)
        self.waiting = session.recorder.code("wait")
        self.holding = session.recorder.code("hold")
        self.connections: set[Http1Connection] = set()
        self.idle: list[Http1Connection] = []

    async def connect(self) -> None:
        self.idle = list(
            await asyncio.gather(*(self.open() for _ in range(self.session.load.own.burst)))
        )

    async def open(self) -> Http1Connection:
        session = self.session
        connection = await Http1Connection.open(
            session.engine, session.host, session.port, session.wire
        )
        self.connections.add(connection)
        return connection

    def schedule(self) -> Iterable[int]:
        load = self.session.load
        if load.own.arrivals == "steady":
            return arrivals.poisson(load.own.request_rate_per_s, self.session.seed + self.number)
        return arrivals.bursts(load.own.burst, int(load.own.burst_interval_s * 1e9))

    async def work(self, item: WorkItem) -> None:
        connection = self.idle.pop() if self.idle else await self.open()
        item.sent_ns = now_ns()
        item.bytes_up = len(self.asked)
        reply = await connection.request(self.asked)
        item.first_byte_ns = reply.first_byte_ns
        item.bytes_down = reply.bytes_down
        if not connection.closed:
            self.idle.append(connection)
        if reply.status != 200:
            raise ConnectionError(f"HTTP {reply.status}: {reply.body.decode(errors='replace')}")
        asked, got, done, back = map(int, reply.body.split())
        number, sequence = self.number, item.sequence
        self.record(self.waiting, OK, number, sequence, asked, asked, got, got, 0, 0)
        self.record(self.holding, OK, number, sequence, got, got, done, back, 0, 0)

    def transports(self) -> Sequence[asyncio.Transport]:
        return [connection.transport for connection in self.connections]

    async def close(self) -> None:
        for connection in self.connections:
            connection.close()
        self.connections.clear()
        self.idle.clear()
