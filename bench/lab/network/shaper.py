"""When a packet that enters one direction of a path comes out, or that it does not.  Pure.

Time is an argument; the only state is the seeded chance, the instant until which
the bandwidth is taken, and the last release (packets do not overtake).
"""

from __future__ import annotations

import random

from bench.model.links import Way

LOST = -1
OVERFLOWED = -2


class Shaper:
    """One direction.  Loss comes first, then the queue for bandwidth, then the delay.

    The same seed loses the same packets: one chance is drawn for every packet.
    Jitter is uniform in +-jitter and keeps the order, as queues along a route do;
    reordering would have TCP retransmit what was never lost.
    """

    def __init__(self, way: Way, seed: str) -> None:
        self._delay_ns = way.delay_ns
        self._jitter_ns = way.jitter_ns
        self._loss = way.loss
        self._ns_per_byte = 8e9 / way.rate if way.rate else 0.0
        self._queue_ns = way.queue_ns
        # Two streams, so that asking for jitter does not change who is lost.
        self._chance = random.Random(f"{seed}/loss").random
        self._shift = random.Random(f"{seed}/jitter").random
        self._free_ns = 0.0
        self._last_ns = 0

    @property
    def is_plain(self) -> bool:
        """Only a delay: the release is the entrance plus `delay_ns`."""
        return not (self._loss or self._ns_per_byte or self._jitter_ns)

    @property
    def delay_ns(self) -> int:
        return self._delay_ns

    @property
    def least_delay_ns(self) -> int:
        """No packet comes out sooner than this after it was sent."""
        return self._delay_ns - self._jitter_ns

    def admit(self, sent_ns: int, size: int) -> int:
        """The release time of a packet of `size` bytes (IP level), LOST or OVERFLOWED."""
        if self._loss and self._chance() < self._loss:
            return LOST
        leaves_ns: float = sent_ns
        if self._ns_per_byte:
            begins_ns = max(leaves_ns, self._free_ns)
            if begins_ns - sent_ns > self._queue_ns:
                return OVERFLOWED
            self._free_ns = leaves_ns = begins_ns + size * self._ns_per_byte
        release_ns = int(leaves_ns) + self._delay_ns
        if self._jitter_ns:
            release_ns += int((2 * self._shift() - 1) * self._jitter_ns)
            release_ns = max(release_ns, self._last_ns)
            self._last_ns = release_ns
        return release_ns
