"""Events that a receiver deals with, one after the other; it keeps only so many that wait.

Knows nothing of how an event came, nor who the receiver is.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from bench.clock import now_ns

Done = Callable[[], None]
"""To be called when an event was dealt with: it answers or acknowledges it."""

MOST_WAITING = 10_000
"""Events that a receiver keeps; then it reads no more, until half of them are dealt with."""


class Work:
    """Each event takes `work_ns`; 0: none at all, and nothing ever waits.

    `until(ns)` returns at an instant; `note(data, read_ns, done_ns)` is called when an event was
    dealt with; `hold(is_full)` when no more is to be read, and when reading may go on.
    """

    def __init__(
        self,
        work_ns: int,
        until: Callable[[int], Awaitable[None]],
        note: Callable[[bytes, int, int], None],
        hold: Callable[[bool], None],
    ) -> None:
        self._work_ns, self._until, self._note, self._hold = work_ns, until, note, hold
        self._waiting: deque[tuple[bytes, int, Done]] = deque()
        self._working: asyncio.Task[None] | None = None
        self._is_full = False

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, data: bytes, read_ns: int, done: Done) -> None:
        """An event, whose bytes the loop got at `read_ns`."""
        if not self._work_ns:
            self._note(data, read_ns, read_ns)
            done()
            return
        self._waiting.append((data, read_ns, done))
        if len(self._waiting) >= MOST_WAITING and not self._is_full:
            self._is_full = True
            self._hold(True)
        if self._working is None:
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        free_ns = 0
        while self._waiting:
            data, read_ns, done = self._waiting.popleft()
            # From when it was free: what waking up takes is not added to each event's work.
            free_ns = max(free_ns, read_ns) + self._work_ns
            await self._until(free_ns)
            self._note(data, read_ns, now_ns())
            done()
            if self._is_full and len(self._waiting) <= MOST_WAITING // 2:
                self._is_full = False
                self._hold(False)
        self._working = None

    def stop(self) -> None:
        """What waits is forgotten, as by a process that ends."""
        self._waiting.clear()
        self._is_full = False
        if self._working is not None:
            self._working.cancel()
            self._working = None
