"""One trial's raw data in memory, and what is counted in it.  Pure.

The metrics take it; where it came from (Parquet, a test) it does not know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from bench.analysis.delivery_accounting import Accounting, account, account_work
from bench.model import samples
from bench.model.fault import FaultDone
from bench.model.links import CLIENTS
from bench.model.readings import PathCounts, Reading, Wire
from bench.model.unit import BY_OUTCOME, Unit, distinct

T = TypeVar("T")

MARGINAL_INTERVALS = 11
"""Readings for a slope: ten intervals of the meters."""

LEAST_VARIATION = 0.25
"""Intervals must differ by so much of their mean, or noise decides the slope."""


@dataclass(frozen=True)
class TrialData:
    """One trial's raw data, as the metric functions take it.

    `rows` has samples.DTYPE, `events` samples.EVENT_DTYPE; `operations` names
    the codes in rows; `series[role]` are the meters over time, with those of
    the instants "idle" (before the first client), "t0" and "t1" in `marks`;
    `part_marks` have those of single parts and proxies by name.  `link` is the clients' link,
    `links` are the others by name.  `hosts` are those that carried the load, with what is known
    of their clocks and rows (docs/hosts.md); none where the backend's host did.  Unless `is_timed`
    nobody knows since when outcomes were due.
    """

    load: Mapping[str, Any]
    operations: tuple[str, ...]
    outcome_operation: str
    rows: np.ndarray
    events: np.ndarray
    t0_ns: int
    t1_ns: int
    marks: Mapping[str, Mapping[str, Reading]] = field(default_factory=dict)
    part_marks: Mapping[str, Mapping[str, Reading]] = field(default_factory=dict)
    wire: Mapping[str, Wire] = field(default_factory=dict)
    link: Mapping[str, Sequence[PathCounts]] = field(default_factory=dict)
    counted: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    link_facts: Mapping[str, Any] = field(default_factory=dict)
    faults: Sequence[FaultDone] = ()
    links: Mapping[str, Mapping[str, Sequence[PathCounts]]] = field(default_factory=dict)
    links_facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    peaks: Mapping[str, int] = field(default_factory=dict)
    series: Mapping[str, Sequence[Reading]] = field(default_factory=dict)
    generator_cores: int = 1
    backend_cores: int = 1
    link_shares_core: bool = False
    hosts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_timed: bool = True
    unit: Unit = BY_OUTCOME
    """What is observed independently; the experiment says it of pattern and load."""

    units: dict[Any, int] = field(default_factory=dict, repr=False, compare=False)
    """How many units each choice of rows holds, once counted."""

    selected: dict[str, np.ndarray] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `select` has chosen: most metrics ask for the same rows."""

    made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `once` has made."""

    last_ordered: dict[Any, np.ndarray] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `ordered` has sorted last; no more, as each may be as long as the rows."""

    def once(self, function: Callable[[TrialData], T]) -> T:
        """What a function makes of this trial: several metrics are made of the same values."""
        if function not in self.made:
            self.made[function] = function(self)
        found: T = self.made[function]
        return found

    def ordered(self, raw: Callable[[TrialData], np.ndarray]) -> np.ndarray:
        """The same, sorted: all percentiles are read off it."""
        if raw not in self.last_ordered:
            self.last_ordered.clear()
            self.last_ordered[raw] = np.sort(self.once(raw))
        return self.last_ordered[raw]

    def units_in(self, chosen: Callable[[TrialData], np.ndarray]) -> int:
        """How many independent observations the chosen rows are."""
        if chosen not in self.units:
            self.units[chosen] = distinct(self.unit.of(chosen(self)))
        return self.units[chosen]

    @property
    def path_was_down(self) -> bool:
        return any(fault.verb == "path_down" for fault in self.faults)

    @property
    def seconds(self) -> float:
        return (self.t1_ns - self.t0_ns) / 1e9

    def select(self, operation: str) -> np.ndarray:
        """The window's rows of one operation: those intended in [t0, t1).  Not to be changed."""
        if operation not in self.selected:
            self.selected[operation] = self._select(operation)
        return self.selected[operation]

    def _select(self, operation: str) -> np.ndarray:
        rows = self.rows
        if operation not in self.operations:
            none: np.ndarray = rows[:0]
            return none
        mask = rows["operation"] == self.operations.index(operation)
        intended = rows["intended_ns"]
        mask &= (intended >= self.t0_ns) & (intended < self.t1_ns)
        return samples.chosen(rows, mask)

    @cached_property
    def outcomes(self) -> np.ndarray:
        """The window's successful outcome rows (deliveries)."""
        rows = self.select(self.outcome_operation)
        return samples.chosen(rows, rows["outcome"] == samples.OK)

    @cached_property
    def requests(self) -> np.ndarray:
        return self.select("request")

    @cached_property
    def latencies_ns(self) -> np.ndarray:
        return difference_ns(self.timed, "done_ns", "intended_ns")

    @property
    def timed(self) -> np.ndarray:
        """Outcomes of which is known since when they were due: all, or none."""
        return self.outcomes if self.is_timed else self.select("")

    @cached_property
    def window_events(self) -> np.ndarray:
        times = self.events["intended_ns"]
        return np.asarray(self.events[(times >= self.t0_ns) & (times < self.t1_ns)])

    @cached_property
    def accounting(self) -> Accounting:
        if not len(self.events):
            return account_work(self.select(self.outcome_operation))
        return account(self.outcomes, self.window_events, int(self.load["clients"]))

    @cached_property
    def metered_to(self) -> str:
        """The mark at which the meters' span ends that begins at t0: "t1", or "end".

        Where clients make the work and none is under way at t0, all of it is done by the end:
        so nothing of a piece that outlasts the window is left out.
        """
        if len(self.events) or "end" not in self.marks:
            return "t1"
        rows = self.rows
        is_outcome = rows["operation"] == self.operations.index(self.outcome_operation)
        straddles = (rows["intended_ns"] < self.t0_ns) & (rows["done_ns"] > self.t0_ns)
        is_work = is_outcome.any() and not (is_outcome & straddles).any()
        return "end" if is_work else "t1"

    @property
    def metered_s(self) -> float:
        """Length of the meters' span: the window, or until the last piece was done."""
        if self.metered_to == "t1":
            return self.seconds
        (start, *_), (end, *_) = self.marks["t0"].values(), self.marks["end"].values()
        return (end.time_ns - start.time_ns) / 1e9

    @cached_property
    def metered_pieces(self) -> float:
        """Outcomes that the meters' span holds; work that reaches over its edges in part.

        NaN where it holds less than one whole piece: what one costs cannot be told.
        """
        if len(self.events) or self.metered_to == "end":
            return float(len(self.outcomes)) or math.nan
        rows = self.rows
        is_done = rows["operation"] == self.operations.index(self.outcome_operation)
        is_done &= rows["outcome"] == samples.OK
        sent, done = rows["sent_ns"][is_done], rows["done_ns"][is_done]
        lasted = np.maximum(1, done - sent)
        first = np.maximum(sent, self.t0_ns)
        inside = np.maximum(0, np.minimum(done, self.t1_ns) - first)
        held = float(np.sum(inside / lasted))
        return held if held >= 1 else math.nan

    def cpu_ns(self, role: str) -> float:
        """CPU time of a role over the meters' span; NaN where it was not metered."""
        return self._cpu_ns(self.marks, role)

    def part_cpu_ns(self, part: str) -> float:
        """The same of a single part, or of all processes of a proxy, by its name."""
        return self._cpu_ns(self.part_marks, part)

    def _cpu_ns(self, marks: Mapping[str, Mapping[str, Reading]], name: str) -> float:
        start = marks.get("t0", {}).get(name)
        end = marks.get(self.metered_to, {}).get(name)
        if start is None or end is None:
            return math.nan
        # The two readings are not the window's edges to the nanosecond: scale.
        return (end.cpu_ns - start.cpu_ns) * (
            self.metered_s * 1e9 / max(1, end.time_ns - start.time_ns)
        )

    def per_outcome(self, amount: float) -> float:
        return amount / len(self.outcomes) if len(self.outcomes) else math.nan

    def per_piece(self, amount: float) -> float:
        """What the meters counted, over the outcomes that their span holds."""
        return amount / self.metered_pieces

    def per_client_second(self, amount: float) -> float:
        """What the meters counted, per client and second of their span."""
        return amount / int(self.load["clients"]) / self.metered_s

    def marginal_cpu_us(self, role: str) -> float:
        """CPU of a role for one more delivery: the slope over the meters' intervals.

        Unlike CPU / deliveries it leaves out what the role spends when nothing
        happens.  NaN where the intervals do not differ.
        """
        readings = self.series.get(role, ())
        if len(readings) < MARGINAL_INTERVALS:
            return math.nan
        times = np.array([reading.time_ns for reading in readings])
        cpu = np.diff(np.array([reading.cpu_ns for reading in readings]))
        delivered = np.histogram(self.outcomes["done_ns"], bins=times)[0]
        spread = delivered - delivered.mean()
        if delivered.std() <= LEAST_VARIATION * delivered.mean():
            return math.nan
        return float(np.dot(spread, cpu - cpu.mean()) / np.dot(spread, spread)) / 1e3

    def wire_change(self, name: str) -> float:
        start, end = self.wire.get("t0"), self.wire.get(self.metered_to)
        if start is None or end is None or end.unseen:
            return math.nan
        return float(getattr(end, name) - getattr(start, name))

    def counts_of(self, link: str) -> Mapping[str, Sequence[PathCounts]]:
        """The counts of a link by mark; none where it is not emulated."""
        return self.link if link == CLIENTS else self.links.get(link, {})

    def facts_of(self, link: str) -> Mapping[str, Any]:
        """What else is known of it."""
        return self.link_facts if link == CLIENTS else self.links_facts.get(link, {})

    def link_change(self, way: str, name: str, link: str = CLIENTS) -> float:
        """Change of one count of a link over the meters' span, all paths; NaN on loopback."""
        counts = self.counts_of(link)
        if "t0" not in counts or self.metered_to not in counts:
            return math.nan
        start, end = (
            sum(getattr(getattr(path, way), name) for path in counts[mark])
            for mark in ("t0", self.metered_to)
        )
        return float(end - start)

    def counted_change(self, name: str) -> float:
        """Change of what the backend itself counts, from before the first client to the end.

        Over the whole trial, as a connection is not of an instant: to be set against all
        work items, those of the warm-up included.  NaN where nobody counts it.
        """
        start, end = self.counted.get("idle", {}), self.counted.get("end", {})
        return end[name] - start.get(name, 0.0) if name in end else math.nan

    def wire_bytes(self, way: str) -> float:
        """IP bytes in the window as the clients' end saw them: the link's count, else TCP_INFO's.

        `way` is "up" (from clients) or "down".
        """
        counted = self.link_change(way, "bytes_in" if way == "up" else "bytes_out")
        return self.wire_change(f"wire_{way}") if math.isnan(counted) else counted

    def memory_growth(self, role: str) -> float:
        """Growth of resident memory from before the first client to the window's end."""
        idle = self.marks.get("idle", {}).get(role)
        end = self.marks.get("t1", {}).get(role)
        if idle is None or end is None:
            return math.nan
        return float(end.memory_bytes - idle.memory_bytes)

    def memory_per_client(self, role: str) -> float:
        return self.memory_growth(role) / int(self.load["clients"])


def difference_ns(rows: np.ndarray, later: str, earlier: str) -> np.ndarray:
    """Column `later` less column `earlier`, in nanoseconds; may be negative."""
    values: np.ndarray = rows[later] - rows[earlier]
    return values
