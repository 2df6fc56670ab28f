"""What was seen of one direction of a link: packets, bytes, drops, retransmissions.  Pure.

A retransmission is a TCP segment with data that ends at or before the highest
byte that its flow has already sent; the link sees it before it can be lost.
Lateness is how long after its time a packet came out: after the sender's kernel gave it
and the link's delay was over.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bench.model.readings import WayCounts

PROTOCOL_TCP, IPV4_WITHOUT_OPTIONS = 6, 0x45
HEADERS_BYTES = 14 + 20
"""Ethernet's and IP's."""

SYN = 0x02
SEQUENCE_MASK, HALF_WAY_ROUND = (1 << 32) - 1, 1 << 31

Row = tuple[int, int, int, int, int, int, bytes, bytes, int, int]
"""What is read of an Ethernet frame: a status, its size, seconds, nanoseconds; of IP the byte
with version and header length, the protocol, addresses and TCP's ports; TCP's sequence number,
data offset and flags.  What lies beyond the frame's end means nothing."""

LATENESS_STEPS_PER_DOUBLING = 8
FINE_BITS, FINE_STEPS = 11, 4096
"""Lateness is counted in steps of 2 us as far as 8 ms, as fast as Python can."""

FINE_NS = FINE_STEPS << FINE_BITS


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

    def count(self, rows: Iterable[Row]) -> int:
        """How many of these, in the order of sending, repeat TCP data that was sent before."""
        repeated, sent = 0, self._sent
        for _, size, _, _, version, protocol, flow, sequence, offset, flags in rows:
            if protocol != PROTOCOL_TCP or version != IPV4_WITHOUT_OPTIONS:
                continue
            data = size - HEADERS_BYTES - (offset >> 4) * 4
            if data <= 0:
                if flags & SYN:  # ports come again, with another first number
                    sent.pop(flow, None)
                continue
            end = (int.from_bytes(sequence, "big") + data) & SEQUENCE_MASK
            highest = sent.get(flow)
            # In sequence space "after" is less than half way round.
            if highest is None or 0 < (end - highest) & SEQUENCE_MASK <= HALF_WAY_ROUND:
                sent[flow] = end
            else:
                repeated += 1
        return repeated


class Lateness:
    """A histogram of times in nanoseconds: steps of 2 us, from 8 ms on eight to a doubling.

    Who counts every packet of a busy link does it in place: `fine[late_ns >> FINE_BITS]`
    where `late_ns` is below FINE_NS, `add_coarse` else; `total_ns` and `most_ns` in either case.
    """

    def __init__(self) -> None:
        self.fine = [0] * FINE_STEPS
        self._coarse: dict[int, int] = {}
        self.total_ns = 0
        self.most_ns = 0

    def add(self, late_ns: int) -> None:
        if late_ns < FINE_NS:
            self.fine[late_ns >> FINE_BITS] += 1
        else:
            self.add_coarse(late_ns)
        self.total_ns += late_ns
        self.most_ns = max(self.most_ns, late_ns)

    def add_coarse(self, late_ns: int) -> None:
        step = int(LATENESS_STEPS_PER_DOUBLING * math.log2(late_ns))
        self._coarse[step] = self._coarse.get(step, 0) + 1

    @property
    def count(self) -> int:
        return sum(self.fine) + sum(self._coarse.values())

    @property
    def mean_ns(self) -> float:
        count = self.count
        return self.total_ns / count if count else math.nan

    def quantile_ns(self, share: float) -> float:
        """The upper edge of the step in which the quantile lies; NaN where empty.

        A step is 2 us wide, or 9 % where that is more than 8 ms.
        """
        total, seen = self.count, 0
        if not total:
            return math.nan
        wanted = share * total
        for step, count in enumerate(self.fine):
            seen += count
            if count and seen >= wanted:
                return float(min((step + 1 << FINE_BITS) - 1, self.most_ns))
        for step in sorted(self._coarse):
            seen += self._coarse[step]
            if seen >= wanted:
                return min(2 ** ((step + 1) / LATENESS_STEPS_PER_DOUBLING), float(self.most_ns))
        return float(self.most_ns)
