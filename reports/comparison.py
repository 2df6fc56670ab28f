"""Runs side by side: which values differ, by how much, and what gates say of it.

Puts together what all runs have of a pattern at a level, compares the sides run by run, and
corrects the verdicts for the number of comparisons.  Plain data; how it is written is in
`comparison_text`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.analysis.gates import Gate
from bench.analysis.metrics import Metric
from bench.results.comparability import Difference
from bench.stats.estimates import CONFIDENCE, Estimate
from bench.stats.two_samples import Comparison, Direction, holm, words_for
from bench.stats.two_sides import Basis, Side
from bench.stats.variance import Components

TO_FIND = 0.10
"""The difference for which an unsettled row says how many repeats would find it."""


@dataclass(frozen=True)
class Row:
    """One metric of one pattern at one level, on both sides; `runs` are its values by run and
    trial on each.

    `p_value` is corrected for all rows of the comparison.  `basis` says from what the interval
    comes.  `repeats` (where a row is not settled) would find a difference of TO_FIND in nine of
    ten comparisons: repeats of a run, or runs where `basis` is runs or their history.
    """

    experiment: str
    pattern: str
    title: str
    level: str
    metric: Metric
    a: Estimate
    b: Estimate
    comparison: Comparison
    runs: tuple[Side, Side] = ((), ())
    p_value: float = math.nan
    repeats: int | None = None
    basis: Basis = "trials"
    spread: Components | None = None

    @property
    def counts_runs(self) -> bool:
        return self.basis in ("runs", "history")

    @property
    def verdict(self) -> Direction:
        return self.comparison.verdict_at(self.p_value)

    @property
    def words(self) -> str:
        """ "clearly higher (worse)"."""
        words, verdict = words_for(self.comparison, self.verdict), self.verdict
        if verdict not in ("lower", "higher") or self.metric.better == "neither":
            return words
        return f"{words} ({'better' if verdict == self.metric.better else 'worse'})"

    @property
    def is_silent(self) -> bool:
        """Whether single trials of a run do not give the value, though all of them together may."""
        return 0 in self.comparison.trials

    @property
    def place(self) -> str:
        return " ".join(filter(None, (f"{self.experiment}/{self.pattern}", self.level)))


@dataclass(frozen=True)
class GateResult:
    """What a gate says of one row: `low` and `high` are relative changes.

    The interval is widened so that all rows that the gate looks at are within
    theirs with 95 % certainty; a gate on many rows would else break by chance.
    """

    gate: Gate
    row: Row
    low: float
    high: float

    @property
    def is_broken(self) -> bool:
        return self.gate.holds(self.low, self.high) == "yes"

    @property
    def state(self) -> str:
        held = self.gate.holds(self.low, self.high)
        return {"yes": "broken", "no": "kept"}.get(held, "not settled")


@dataclass(frozen=True)
class RunComparison:
    """All rows of two runs, their gates, and what must be said about them."""

    a: str
    b: str
    rows: tuple[Row, ...]
    gates: tuple[GateResult, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """The runs of each side; `a` and `b` are them in words."""

    basis: str = ""
    """A sentence on what the intervals rest on; "" where it is one run."""

    @property
    def broken(self) -> tuple[GateResult, ...]:
        return tuple(result for result in self.gates if result.is_broken)

    @property
    def changed(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.verdict in ("lower", "higher"))


def assembled(
    names: tuple[str, str],
    rows_of: Callable[[Sequence[str]], list[Row]],
    keys: Sequence[str],
    gates: Sequence[Gate],
    differences: Sequence[Difference] = (),
    notes: Sequence[str] = (),
) -> RunComparison:
    """A comparison from whatever gives the rows of some metrics (none named: the headline)."""
    rows = corrected(rows_of(keys))
    results = [result for gate in gates for result in judge(gate, rows_of([gate.metric]))]
    seen = {result.gate.text for result in results}
    blind = [f"gate '{gate.text}' found nothing to check" for gate in gates]
    blind = [text for gate, text in zip(gates, blind, strict=True) if gate.text not in seen]
    return RunComparison(*names, tuple(rows), tuple(results), tuple(differences), (*notes, *blind))


def judge(gate: Gate, rows: Sequence[Row]) -> list[GateResult]:
    """The gate's answer for each row of its metric."""
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(rows))
    return [GateResult(gate, row, *row.comparison.change(confidence)) for row in rows]


def corrected(rows: Sequence[Row]) -> list[Row]:
    """The rows with p values corrected for one another."""
    p_values = holm([row.comparison.p_value for row in rows])
    return [dataclasses.replace(row, p_value=p) for row, p in zip(rows, p_values, strict=True)]
