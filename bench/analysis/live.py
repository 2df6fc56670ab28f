"""What is shown of a run while it is measured: the shapes, and CPU by role over time.  Pure.

Made of readings and records that the harness has anyway.  Knows neither where they come from
nor how they are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from bench.analysis.rolling import Point
from bench.model.fault import FaultDone
from bench.model.records import MeterRow, by_role

STEP_NS = 950_000_000
"""A share is taken over about a second: ten readings."""


class CpuPoint(Struct, frozen=True):
    """The share of one core that a role used up to an instant, in s from t0."""

    end_s: float
    share: float


class FaultMark(Struct, frozen=True):
    """A fault on the time axis, in s from t0; None where it has not begun, or does not end."""

    name: str
    planned_s: float
    began_s: float | None
    ended_s: float | None


class Shown(Struct, frozen=True):
    """A table of texts: what finished trials have shown so far."""

    title: str
    headers: list[str]
    rows: list[list[str]]


class TrialNow(Struct, frozen=True, kw_only=True):
    """The trial under way.  Times are in s from t0; `now_s` is None before the window is fixed."""

    place: int
    planned: int
    pattern: str
    title: str
    level: str
    repeat: int
    phase: str
    outcomes: str
    now_s: float | None = None
    warmup_s: float = 0.0
    window_s: float = 0.0
    skipped: int = 0
    points: list[Point] = field(default_factory=list)
    cpu: dict[str, list[CpuPoint]] = field(default_factory=dict)
    faults: list[FaultMark] = field(default_factory=list)


class Ended(Struct, frozen=True):
    """A trial that is over, and how it ended: "ok", "failed: why", "void: why"."""

    place: int
    pattern: str
    level: str
    repeat: int
    outcome: str


class Snapshot(Struct, frozen=True, kw_only=True):
    """All that the page shows.  `curves` has the points of each pattern's latest trial, as far as
    somebody watched it; `took_ms` is the CPU time that the snapshot before this one took.
    """

    run: str
    number: int
    took_ms: float
    trial: TrialNow | None = None
    curves: dict[str, list[Point]] = field(default_factory=dict)
    tables: list[Shown] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class CpuShares:
    """The CPU of each role over the window, from the meters' rows as they come."""

    def __init__(self, t0_ns: int) -> None:
        self._t0_ns = t0_ns
        self._last: dict[str, tuple[int, int]] = {}
        self.points: dict[str, list[CpuPoint]] = {}

    def add(self, rows: Sequence[MeterRow]) -> None:
        """Rows in the order of their times; those of a role at one instant come together."""
        for row in by_role(rows):
            now_ns, cpu_ns = row.reading.time_ns, row.reading.cpu_ns
            if row.mark == "t0" or row.role not in self._last:
                self._last[row.role] = now_ns, cpu_ns
                continue
            before_ns, before = self._last[row.role]
            if now_ns - before_ns < STEP_NS:
                continue
            self._last[row.role] = now_ns, cpu_ns
            if before_ns >= self._t0_ns:
                share = (cpu_ns - before) / (now_ns - before_ns)
                point = CpuPoint((now_ns - self._t0_ns) / 1e9, share)
                self.points.setdefault(row.role, []).append(point)


def mark_of(fault: FaultDone) -> FaultMark:
    """Where a fault stands on the time axis."""

    def seconds(at_ns: int | None) -> float | None:
        return None if at_ns is None else at_ns / 1e9

    return FaultMark(
        f"{fault.who}:{fault.verb}",
        fault.planned_begin_ns / 1e9,
        seconds(fault.began_ns),
        seconds(fault.ended_ns),
    )
