"""A worker's host keeps the master's clock: it asks, estimates, and corrects while clients run.

What is to be added to this host's clock stands in a file that its load processes have mapped.
Knows nothing of who answers.
"""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_right
from collections import deque
from pathlib import Path

from bench.clock import SHIFT_BYTES
from bench.model.hosts import HostClock
from bench.stats.clock_offset import (
    AppliedOffset,
    ClockOffset,
    RoundTrip,
    drift_ppm,
    greatest_error_ns,
    offset_at,
    quickest,
)

MOST_TRIPS = 100_000
"""Nearly three hours of ten a second."""
RECENT_TRIPS = 300


class KeptClock:
    """The master's clock as this host knows it; instants are of this host's own clock."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.write_bytes(bytes(SHIFT_BYTES))
        with file.open("r+b") as opened:
            self._cell = memoryview(mmap.mmap(opened.fileno(), SHIFT_BYTES)).cast("q")
        self._trips: deque[RoundTrip] = deque(maxlen=MOST_TRIPS)
        self._applied: list[AppliedOffset] = []
        self._lock = threading.Lock()
        self.count = 0

    def take(self, trip: RoundTrip) -> None:
        """A round trip more is known."""
        with self._lock:
            self._trips.append(trip)
            self.count += 1

    def correct(self, now_ns: int) -> None:
        """Add from now on what the recent round trips say."""
        with self._lock:
            recent = [self._trips[at] for at in range(-min(len(self._trips), RECENT_TRIPS), 0)]
        offset_ns = offset_at(recent, now_ns).offset_ns
        with self._lock:
            self._cell[0] = offset_ns
            self._applied.append(AppliedOffset(now_ns, offset_ns))

    def to_master(self, own_ns: int) -> int:
        """An instant by the master's clock, as it was known then."""
        with self._lock:
            at = bisect_right(self._applied, own_ns, key=lambda one: one.since_ns)
            return own_ns + self._applied[max(0, at - 1)].offset_ns

    def to_own(self, master_ns: int) -> int:
        """An instant of the master's clock by this host's, as it is known now."""
        return master_ns - self._cell[0]

    def judged(self, begin_ns: int, end_ns: int) -> HostClock:
        """How the clock stood from one instant to another, by all round trips there are."""
        with self._lock:
            trips, applied = quickest(self._trips), list(self._applied)
        known: ClockOffset = offset_at(trips, end_ns)
        return HostClock(
            offset_ns=applied[-1].offset_ns,
            uncertainty_ns=greatest_error_ns(applied, trips, begin_ns, end_ns),
            drift_ppm=drift_ppm(trips, end_ns),
            misfit_ns=known.misfit_ns,
            round_trips=self.count,
            quickest_ns=min(trip.delay_ns for trip in trips),
        )
