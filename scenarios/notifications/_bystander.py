"""A bystander: it has nothing to do with events, and shares the network with those that do.

It asks for something else at random times, and feels what the others do to the network.
"""

from __future__ import annotations

import asyncio

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, get
from bench.load.session import Session
from bench.model.samples import FAILED, OK, PENDING
from bench.plan import arrivals

OPERATION = "bystander"
CONNECTIONS = 8
"""Kept open, so that a request seldom waits for the one before it."""


class Bystander:
    """Requests at the load's rate, from the moment it is told to live until it is cancelled."""

    def __init__(self, session: Session, host: str, port: int) -> None:
        self._session = session
        self._host, self._port = host, port
        self._request = get("/else", host, port)
        self._free: asyncio.Queue[Http1Connection] = asyncio.Queue()
        self._asking: set[asyncio.Task[None]] = set()

    async def live(self) -> None:
        """A request that waits for a free connection counts from when it was due."""
        session = self._session
        connections = [await self._open() for _ in range(CONNECTIONS)]
        for connection in connections:
            self._free.put_nowait(connection)
        start_ns = now_ns()
        try:
            rate = session.load.own.bystander_rate_per_s
            for offset_ns in arrivals.poisson(rate, session.seed):
                await session.engine.alarm.until(start_ns + offset_ns)
                asking = asyncio.create_task(self._ask(start_ns + offset_ns))
                self._asking.add(asking)
                asking.add_done_callback(self._asking.discard)
        finally:
            for asking in tuple(self._asking):
                asking.cancel()
            await asyncio.gather(*self._asking, return_exceptions=True)
            for connection in connections:
                connection.close()

    async def _open(self) -> Http1Connection:
        session = self._session
        return await Http1Connection.open(session.engine, self._host, self._port, session.wire)

    async def _ask(self, intended_ns: int) -> None:
        connection = await self._free.get()
        sent_ns, outcome, got = now_ns(), PENDING, 0
        try:
            reply = await connection.request(self._request)
            outcome, got = OK, reply.bytes_down
        except OSError:
            outcome = FAILED
        finally:
            now, recorder = now_ns(), self._session.recorder
            code, size = recorder.code(OPERATION), len(self._request)
            recorder.add(code, outcome, 0, 0, intended_ns, sent_ns, now, now, size, got)
            self._free.put_nowait(connection)
