"""What was seen of one direction of a link: packets, bytes, drops, retransmissions.  Pure.

A retransmission is a TCP segment with data that ends at or before the highest
byte that its flow has already sent; the link sees it before it can be lost.
Lateness is how long after its time a packet came out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.model.readings import WayCounts

PROTOCOL_TCP = 6
SYN = 0x02
SEQUENCE_SPAN = 1 << 32
LATENESS_STEPS_PER_DOUBLING = 8


@dataclass(slots=True)
class Tally:
    """Counts under way; `snapshot` freezes them."""

    packets_in: int = 0
    bytes_in: int = 0
    packets_out: int = 0
    bytes_out: int = 0
    lost: int = 0
    overflowed: int = 0
    refused: int = 0
    retransmitted: int = 0

    def snapshot(self) -> WayCounts:
        return WayCounts(
            self.packets_in,
            self.bytes_in,
            self.packets_out,
            self.bytes_out,
            self.lost,
            self.overflowed,
            self.refused,
            self.retransmitted,
        )


class Retransmissions:
    """Sees segments of all flows of one direction."""

    def __init__(self) -> None:
        self._sent: dict[bytes, int] = {}

    def sees(self, packet: bytes) -> bool:
        """Whether this IPv4 packet repeats TCP data that was sent before."""
        if packet[9] != PROTOCOL_TCP or packet[0] != 0x45:
            return False
        data = len(packet) - 20 - (packet[32] >> 4) * 4
        flow = packet[12:24]
        if data <= 0:
            if packet[33] & SYN:  # ports come again, with another first number
                self._sent.pop(flow, None)
            return False
        end = (int.from_bytes(packet[24:28], "big") + data) % SEQUENCE_SPAN
        highest = self._sent.get(flow)
        # In sequence space "after" is less than half way round.
        if highest is not None and (end - highest) % SEQUENCE_SPAN > SEQUENCE_SPAN // 2:
            return True
        if end == highest:
            return True
        self._sent[flow] = end
        return False


class Lateness:
    """A histogram of waiting times in nanoseconds, eight steps to a doubling."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self.most_ns = 0

    def add(self, late_ns: int) -> None:
        step = int(LATENESS_STEPS_PER_DOUBLING * math.log2(late_ns + 1))
        self._counts[step] = self._counts.get(step, 0) + 1
        self.most_ns = max(self.most_ns, late_ns)

    def quantile_ns(self, share: float) -> float:
        """The upper edge of the step in which the quantile lies (9 % wide); NaN where empty."""
        total = sum(self._counts.values())
        if not total:
            return math.nan
        seen = 0
        for step in sorted(self._counts):
            seen += self._counts[step]
            if seen >= share * total:
                return min(2 ** ((step + 1) / LATENESS_STEPS_PER_DOUBLING) - 1, self.most_ns)
        return float(self.most_ns)
