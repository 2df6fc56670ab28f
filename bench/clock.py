"""The one clock, waking up on it to the microsecond inside an event loop, and the wall's beside it.

uvloop's own timers work in whole milliseconds and may fire up to 1 ms early,
which would put an operation before its intended time.  A kernel timer
(timerfd) wakes within tens of microseconds and never early.
Load processes on another host than the backend's have that one's clock: see `_clock`.
Knows nothing of schedules, patterns or samples.
"""

from __future__ import annotations

import asyncio
import ctypes
import heapq
import mmap
import os
import time
from collections.abc import Callable
from itertools import count

SHIFT_FILE = "PATTERNBENCH_CLOCK_SHIFT"
"""Names, in a process's environment, the file that holds what to add to this host's clock: one
signed number of 64 bits, in ns, which whoever started the process keeps up to date."""

SHIFT_BYTES = 8


def _no_shift() -> int:
    return 0


def _clock(file: str | None) -> tuple[Callable[[], int], Callable[[], int]]:
    """The clock, and what it has beside this host's own: nothing, or what a file says.

    The file is read with each look at the clock (it is memory), so that a clock that drifts is
    followed while clients run.
    """
    monotonic_ns = time.monotonic_ns
    if file is None:
        return monotonic_ns, _no_shift
    with open(file, "rb") as opened:
        mapped = mmap.mmap(opened.fileno(), SHIFT_BYTES, access=mmap.ACCESS_READ)
    cell = memoryview(mapped).cast("q")
    return (lambda: monotonic_ns() + cell[0]), (lambda: cell[0])


now_ns, shift_ns = _clock(os.environ.get(SHIFT_FILE))
"""On Linux the same clock in every process of a host; and what it has beside the kernel's."""

SET_NS = 5_000_000
"""A stamp further than this from when it can have been made tells that the wall's clock was set."""

STEADY_NS = 5_000
"""Two clocks are read within this, or somebody came between."""


class Clocks:
    """Reads two clocks at one instant: what one is ahead of the other changes only by setting one.

    Called, it gives the monotonic time, and what that is ahead of the wall's, ns.  The kernel
    stamps packets by the wall's.
    """

    def __init__(
        self,
        monotonic: Callable[[], int] = now_ns,
        wall: Callable[[], int] = time.time_ns,
    ) -> None:
        self._monotonic, self._wall = monotonic, wall
        self._ahead_ns = monotonic() - wall()

    def __call__(self) -> tuple[int, int]:
        for _ in range(3):
            before, wall, now = self._monotonic(), self._wall(), self._monotonic()
            ahead = now - wall
            if now - before <= STEADY_NS:
                self._ahead_ns = ahead
                break
        else:  # somebody came between each time: as before, unless the clock was set
            if abs(ahead - self._ahead_ns) > now - before + SET_NS:
                self._ahead_ns = ahead
        return now, self._ahead_ns


CLOCK_MONOTONIC = 1
TFD_NONBLOCK, TFD_CLOEXEC, TFD_TIMER_ABSTIME = 0o4000, 0o2000000, 1


class _TimerSpec(ctypes.Structure):
    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )


_libc = ctypes.CDLL(None, use_errno=True)


class Alarm:
    """Waits until instants of `now_ns`, for any number of waiters on one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._fd = _libc.timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._heap: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._armed_ns = 0
        loop.add_reader(self._fd, self._fire)

    async def until(self, due_ns: int) -> None:
        """Return at `due_ns` or just after; at once (with a turn of the loop) if it is past."""
        if due_ns <= now_ns():
            await asyncio.sleep(0)
            return
        waiter = self._loop.create_future()
        heapq.heappush(self._heap, (due_ns, next(self._order), waiter))
        if self._heap[0][2] is waiter:
            self._arm(due_ns)
        await waiter

    def _arm(self, due_ns: int) -> None:
        self._armed_ns = due_ns
        seconds, rest = divmod(due_ns - shift_ns(), 1_000_000_000)
        spec = _TimerSpec(0, 0, seconds, rest)
        _libc.timerfd_settime(self._fd, TFD_TIMER_ABSTIME, ctypes.byref(spec), None)

    def _fire(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:  # re-armed for later between wake-up and read
            return
        now = now_ns()
        heap = self._heap
        while heap and (heap[0][0] <= now or heap[0][2].done()):
            waiter = heapq.heappop(heap)[2]
            if not waiter.done():  # a waiter may have been cancelled
                waiter.set_result(None)
        if heap:
            self._arm(heap[0][0])

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        os.close(self._fd)
