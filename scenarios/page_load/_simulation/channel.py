"""One direction of a link: a queue for bandwidth, bounded in time, then the delay.  Pure."""

from __future__ import annotations

from scenarios.page_load._simulation.timeline import Act, Timeline


class Channel:
    """Carries packets of a size in bytes (IP level), as `bench.lab.network.shaper` does."""

    def __init__(self, timeline: Timeline, delay_s: float, rate: float, queue_s: float) -> None:
        self._timeline = timeline
        self._delay_s = delay_s
        self._s_per_byte = 8 / rate if rate else 0.0
        self._queue_s = queue_s
        self._free_s = 0.0
        self.dropped = 0

    def carry(self, size: int, arrive: Act, *arguments: object) -> None:
        """Have `arrive` done when the packet comes out, unless the queue is full."""
        leaves_s = self._timeline.now
        if self._s_per_byte:
            begins_s = max(leaves_s, self._free_s)
            if begins_s - leaves_s > self._queue_s:
                self.dropped += 1
                return
            self._free_s = leaves_s = begins_s + size * self._s_per_byte
        self._timeline.at(leaves_s + self._delay_s, arrive, *arguments)
