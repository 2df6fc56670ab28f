"""What all receivers of `fan_out` do with an event: work on it, record it, say that it is done.

A receiver is a client of the load process: so many hundreds of them cost little, and all their
times are of one clock.  Knows nothing of how an event came.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from bench.clock import now_ns
from bench.load.user import ClientUser
from bench.model.payload import decode
from bench.model.samples import OK

Done = Callable[[], None]
"""To be called when an event was dealt with: it answers or acknowledges it."""


class Receiver(ClientUser):
    """Takes one event after the other."""

    abstract = True
    experiment = "fan_out"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        own = self.session.load.own
        self.record = self.session.recorder.add
        self.delivery = self.session.recorder.code("delivery")
        self.is_dead = own.is_dead(self.number)
        self.work_ns = round(own.work_of(self.number) * 1e9)
        self._waiting: deque[tuple[bytes, int, Done]] = deque()
        self._working: asyncio.Task[None] | None = None

    def take(self, data: bytes, read_ns: int, done: Done) -> None:
        """An event, whose bytes the loop got at `read_ns`."""
        if not self.work_ns:
            self._note(data, read_ns, read_ns)
            done()
            return
        self._waiting.append((data, read_ns, done))
        if self._working is None:
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        free_ns = now_ns()
        while self._waiting:
            data, read_ns, done = self._waiting.popleft()
            # From when it was free: what waking up takes is not added to each event's work.
            free_ns = max(free_ns, read_ns) + self.work_ns
            await self.session.engine.alarm.until(free_ns)
            self._note(data, read_ns, now_ns())
            done()
        self._working = None

    def _note(self, data: bytes, read_ns: int, done_ns: int) -> None:
        sequence, intended_ns, published_ns = decode(data)
        self.record(
            self.delivery,
            OK,
            self.number,
            sequence,
            intended_ns,
            published_ns,
            read_ns,
            done_ns,
            0,
            len(data),
        )

    def stop_working(self) -> None:
        """What was received and not dealt with is forgotten, as by a process that ends."""
        self._waiting.clear()
        if self._working is not None:
            self._working.cancel()
            self._working = None
