"""What every client does: look keys up at random times, and check their values.

Knows nothing of caches but what an answer says of them.
"""

from __future__ import annotations

import asyncio
import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from bench.clock import now_ns
from bench.load.clients.http1 import get
from bench.load.clients.kept import KeptConnections
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import EMPTY, OK
from bench.plan import arrivals
from scenarios.cold_cache._telling import TellingConnection
from scenarios.cold_cache.load import value_of, weights

SEED_STEP = 1_000_003
"""A prime: no client of one trial has the schedule of another client of another."""

UNSERVED = (502, 503, 504)
RETRY_PAUSE_NS = 50_000_000


class LookupClient(WorkingClient):
    """One client; a connection for each lookup under way, kept and used again."""

    abstract = True
    experiment = "cold_cache"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = self.session
        code = session.recorder.code
        self._answer_code, self._cold_code = code("answer"), code("cold")
        self._kept = KeptConnections(self._opened)
        own = session.load.own
        self._chance = random.Random(f"{session.seed}/{self.number}/keys")
        self._steps = list(accumulate(weights(own)))
        self._patience_ns = round(own.patience_s * 1e9)
        way_in = session.address.listeners.get("http1") or session.address
        self._place = way_in.host, way_in.port

    def schedule(self) -> Iterator[int]:
        load, session = self.session.load, self.session
        rate = load.own.lookup_rate_per_s / load.window.clients
        return iter(arrivals.poisson(rate, session.seed * SEED_STEP + self.number))

    async def connect(self) -> None:
        await self._kept.prepare()

    async def work(self, item: WorkItem) -> None:
        key = min(bisect(self._steps, self._chance.random()), len(self._steps) - 1)
        data = get(f"/value/{key}", *self._place)
        item.sent_ns = now_ns()
        deadline_ns = item.sent_ns + self._patience_ns
        while True:
            try:
                async with asyncio.timeout((deadline_ns - now_ns()) / 1e9):
                    if await self._ask_once(item, key, data):
                        return
                words = "no backend serves it"
            except ConnectionError as error:
                words = str(error)
            if now_ns() + RETRY_PAUSE_NS >= deadline_ns:
                raise ConnectionError(f"given up: {words}")
            await self.session.engine.alarm.until(now_ns() + RETRY_PAUSE_NS)

    async def _ask_once(self, item: WorkItem, key: int, data: bytes) -> bool:
        """Whether a backend has answered; ValueError where it is not the key's value."""
        async with self._kept.one() as connection:
            item.bytes_up += len(data)
            reply = await connection.request(data)
        item.bytes_down += reply.bytes_down
        if reply.status in UNSERVED:
            return False
        if reply.status != 200 or reply.body.decode() != value_of(key, self._payload_bytes):
            raise OSError(f"HTTP {reply.status}: not the value of key {key}")
        item.first_byte_ns, item.done_ns = reply.first_byte_ns, reply.done_ns
        self._record_answer(item, connection)
        return True

    @property
    def _payload_bytes(self) -> int:
        return int(self.session.load.own.payload_bytes)

    def _record_answer(self, item: WorkItem, answered: TellingConnection) -> None:
        self.record(
            self._cold_code if answered.life else self._answer_code,
            OK if answered.is_hit else EMPTY,
            self.number,
            item.sequence,
            item.intended_ns,
            item.sent_ns,
            item.first_byte_ns,
            item.done_ns,
            answered.backend,
            answered.life,
        )

    # --- its connections ----------------------------------------------------------------------

    async def _opened(self) -> TellingConnection:
        session = self.session
        return await TellingConnection.open(session.engine, *self._place, session.wire)

    def transports(self) -> Sequence[asyncio.Transport]:
        return self._kept.transports()

    async def close(self) -> None:
        self._kept.close()
