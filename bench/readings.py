"""What is read from outside a trial: a role's meters, the sockets' counts.  Pure.

Only the shapes; who reads them is in lab and load.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """The meters of one role at one instant, summed over its processes."""

    time_ns: int
    cpu_ns: int
    memory_bytes: int
    context_switches: int


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
    retransmitted: int = 0
    rtt_us: float | None = None
