"""What the machine did to a trial from outside, as it was read.  Pure.

Only the shapes; what is too much of it is in bench/analysis/disturbance.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class ThreadTimes(NamedTuple):
    """Of one thread: time on a core, and time for which it was ready to run and had to wait."""

    cpu_ns: int
    waited_ns: int


@dataclass(frozen=True)
class HostReading:
    """Totals of this host and of a trial's processes at one instant; None: not told here.

    `steal_ns` is the time that a hypervisor took from the cores, `pressure_ns` the time in
    which some task of the host waited for a core (PSI), `threads` by part those of its
    processes by number, `harness_ns` the CPU time of the harness itself.
    """

    time_ns: int
    cores: int
    steal_ns: int | None = None
    pressure_ns: int | None = None
    threads: Mapping[str, Mapping[int, ThreadTimes]] = field(default_factory=dict)
    harness_ns: int = 0


@dataclass(frozen=True)
class Disturbance:
    """What a trial's window had of it, as shares of the window; None: not known.

    `steal` is of the cores' time, `late` of the load process's 10 ms timers, `waited` by part
    of the thread that waited most; of both only what no process of the trial explains.
    `pressure` is the host's own figure, which background tasks are in as well.
    """

    steal: float | None = None
    pressure: float | None = None
    late: float | None = None
    waited: dict[str, float] = field(default_factory=dict)
