"""Whether the machine disturbed a trial: by fixed bounds, before its outcome is read.  Pure.

The bounds stand here with their reasons, are the same for all trials, and read nothing that
a pattern is compared by.  Must not know any outcome, nor how anything is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.model.disturbance import Disturbance, HostReading, ThreadTimes

LATE_NS = 2_000_000
"""A timer that is later waited for more than a wake-up on a small machine takes."""


@dataclass(frozen=True)
class Bound:
    """How much of a disturbance a trial may have, as a share of its window, and why."""

    what: str
    most: float
    reason: str


STEAL = Bound(
    "steal time, as a share of the time of all cores",
    0.02,
    "A hypervisor that takes 2 % of the cores adds as much to each number that depends on CPU, "
    "and its pauses of milliseconds make up the tail.",
)
WAITED = Bound(
    "time for which a thread of the trial was ready to run and others had its core",
    0.10,
    "Latency grows by the time waited, while nothing of the trial had the core.",
)
LATE = Bound(
    f"timers of the load process that fired over {LATE_NS / 1e6:g} ms late, beyond its own work",
    0.05,
    "If every twentieth time stamp is late, p95 and above come from the machine.",
)
BOUNDS = (STEAL, WAITED, LATE)


@dataclass(frozen=True)
class Placed:
    """A part of the trial: its CPU over the window in cores, and on which cores it may run.

    `cores` are empty for a part that may run anywhere.
    """

    part: str
    cores: tuple[int, ...]
    cpu_share: float
    is_load: bool = False


def disturbance_of(
    before: HostReading, after: HostReading, parts: Sequence[Placed], late_share: float | None
) -> Disturbance:
    """What lies between the readings at both ends of a window; `late_share` is of all timers.

    What the trial's own processes can have caused is left out.  Where these use C of k cores,
    a thread that uses c of it waits for them at most for (C - c)/k of the time, and of timers
    at most C/k find their core taken.
    """
    span = max(1, after.time_ns - before.time_ns)
    harness = Placed("harness", (), (after.harness_ns - before.harness_ns) / span)
    everyone = [*parts, harness]
    late = None
    for one in parts:
        if one.is_load and late_share is not None:
            late = max(0.0, late_share - _used(one, everyone) / len(one.cores))
    return Disturbance(
        steal=_share(before.steal_ns, after.steal_ns, span * max(1, after.cores)),
        pressure=_share(before.pressure_ns, after.pressure_ns, span),
        late=late,
        waited={
            one.part: _waited(one, everyone, found, span)
            for one in parts
            if one.cores and (found := _threads(before, after, one.part))
        },
    )


def _waited(
    part: Placed, everyone: Sequence[Placed], threads: Sequence[ThreadTimes], span_ns: int
) -> float:
    """The greatest wait of one of its threads that nobody of the trial explains."""
    used = _used(part, everyone)
    unexplained = [
        one.waited_ns / span_ns - max(0.0, used - one.cpu_ns / span_ns) / len(part.cores)
        for one in threads
    ]
    return max(0.0, *unexplained)


def _threads(before: HostReading, after: HostReading, part: str) -> list[ThreadTimes]:
    """What the threads did that were there at both ends."""
    first, last = before.threads.get(part, {}), after.threads.get(part, {})
    return [
        ThreadTimes(
            last[number].cpu_ns - first[number].cpu_ns,
            last[number].waited_ns - first[number].waited_ns,
        )
        for number in first.keys() & last.keys()
    ]


def _used(part: Placed, everyone: Sequence[Placed]) -> float:
    """The CPU of all that may run on a part's cores, itself included."""
    return sum(one.cpu_share for one in everyone if not one.cores or {*one.cores} & {*part.cores})


def _share(before: int | None, after: int | None, span_ns: int) -> float | None:
    return None if before is None or after is None else max(0, after - before) / span_ns


def late_share(lags_ns: np.ndarray) -> float | None:
    """The share of timers that fired late; None of no timers."""
    return float(np.mean(lags_ns > LATE_NS)) if len(lags_ns) else None


def reasons(found: Disturbance) -> list[str]:
    """Why the trial is void, a few words for each bound that it exceeds; else nothing."""
    shares = [("steal time", STEAL, found.steal), ("late timers", LATE, found.late)]
    shares += [(f"waits of {part}", WAITED, share) for part, share in found.waited.items()]
    return [
        f"{name} {share:.0%}, limit {bound.most:.0%}"
        for name, bound, share in shares
        if share is not None and share > bound.most
    ]


def unknown(found: Disturbance) -> list[str]:
    """What this host does not tell, in words."""
    known = {"steal time": found.steal, "pressure": found.pressure}
    missing = [name for name, share in known.items() if share is None]
    return missing if found.waited else [*missing, "waits for a core"]
