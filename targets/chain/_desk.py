"""A service's workers and the line before them, and what it counts of its requests.

Knows nothing of HTTP, of queues, nor of what work is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bench.clock import now_ns


class Full(Exception):
    """All workers are busy, and the line is as long as it may be."""


class Desk:
    """Handles `workers` requests at a time; at most `line` more wait, the first one first.

    `clock` gives nanoseconds.
    """

    def __init__(self, workers: int, line: int, clock: Callable[[], int] = now_ns) -> None:
        self._free = asyncio.Semaphore(workers)
        self._most = workers + line
        self._clock = clock
        self._since_ns = clock()
        self.under_way = self.most_under_way = 0
        self._under_way_ns = 0
        self.begun = self.finished = self.refused = 0
        self.handled_ns = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A worker for one request; Full where it cannot even wait for one."""
        if self.under_way >= self._most:
            self.refused += 1
            raise Full(f"{self.under_way} requests are here already")
        came_ns = self._step(1)
        try:
            async with self._free:
                self.begun += 1
                yield
            self.finished += 1
            self.handled_ns += self._clock() - came_ns
        finally:
            self._step(-1)

    def _step(self, change: int) -> int:
        now = self._clock()
        self._under_way_ns += self.under_way * (now - self._since_ns)
        self._since_ns = now
        self.under_way += change
        self.most_under_way = max(self.most_under_way, self.under_way)
        return now

    def counts(self) -> dict[str, float]:
        """What it counts; the greatest number under way is that since it was asked last."""
        self._step(0)
        most, self.most_under_way = self.most_under_way, self.under_way
        return {
            "begun": self.begun,
            "finished": self.finished,
            "refused": self.refused,
            "handled_ns": self.handled_ns,
            "under_way_ns": self._under_way_ns,
            "under_way_max": most,
        }
