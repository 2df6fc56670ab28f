"""What is read from outside a trial: a role's meters, the sockets' counts.  Pure.

Only the shapes; who reads them is in lab and load.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MARKS = {
    "idle": "after the verification, before the first client connects",
    "t0": "the window begins",
    "t1": "the window ends",
    "end": "the drain is over: nothing is awaited any more",
}
"""The named instants at which meters, sockets, links and counters are read."""


@dataclass(frozen=True)
class Reading:
    """The meters of one role at one instant, summed over its processes."""

    time_ns: int
    cpu_ns: int
    memory_bytes: int
    context_switches: int


def total_reading(parts: Sequence[Reading]) -> Reading:
    """Several at one instant together."""
    return Reading(
        parts[0].time_ns,
        sum(part.cpu_ns for part in parts),
        sum(part.memory_bytes for part in parts),
        sum(part.context_switches for part in parts),
    )


@dataclass(frozen=True)
class Wire:
    """Totals over the clients' sockets at one instant (closed ones included)."""

    stream_up: int = 0
    stream_down: int = 0
    wire_up: int = 0
    wire_down: int = 0
    segments_up: int = 0
    segments_down: int = 0
    open: int = 0
    opened: int = 0
    unseen: int = 0
    """Connections whose bytes no socket counts (QUIC)."""

    retransmitted: int = 0
    rtt_us: float | None = None


def total_wire(parts: Sequence[Wire]) -> Wire:
    """The sockets of several load processes together; of round trips the median."""
    times = [part.rtt_us for part in parts if part.rtt_us is not None]
    names = [field.name for field in dataclasses.fields(Wire) if field.name != "rtt_us"]
    summed = {name: sum(getattr(part, name) for part in parts) for name in names}
    return Wire(**summed, rtt_us=statistics.median(times) if times else None)


@dataclass(frozen=True)
class WayCounts:
    """One direction of an emulated path: totals at one instant, bytes at IP level.

    `in` is what the sender gave to the link, `out` what the receiver got;
    `refused` is what the receiver's device would not take.
    """

    packets_in: int = 0
    bytes_in: int = 0
    packets_out: int = 0
    bytes_out: int = 0
    lost: int = 0
    overflowed: int = 0
    refused: int = 0
    retransmitted: int = 0


@dataclass(frozen=True)
class PathCounts:
    """Both directions of a path; `up` leads from clients to the backend, and on from there."""

    up: WayCounts
    down: WayCounts
