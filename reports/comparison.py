"""Two runs side by side: which values differ, by how much, and what gates say of it.

Pairs groups by pattern and level, compares their trials, and corrects the verdicts
for the number of comparisons.  Plain data; how it is written is in `comparison_text`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group
from bench.analysis.gates import Gate
from bench.analysis.metrics import Metric
from bench.results.comparability import Difference
from bench.stats.estimates import CONFIDENCE, Estimate
from bench.stats.power import repeats_needed
from bench.stats.two_samples import Comparison, Direction, compare, holm, words_for

TO_FIND = 0.10
"""The difference for which an unsettled row says how many repeats would find it."""


@dataclass(frozen=True)
class Row:
    """One metric of one pattern at one level, in both runs; `trials` are its values in each.

    `p_value` is corrected for all rows of the comparison.  `repeats` (where a
    row is not settled) would find a difference of TO_FIND in nine of ten runs.
    """

    experiment: str
    pattern: str
    title: str
    level: str
    metric: Metric
    a: Estimate
    b: Estimate
    comparison: Comparison
    trials: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    p_value: float = math.nan
    repeats: int | None = None

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

    @property
    def broken(self) -> tuple[GateResult, ...]:
        return tuple(result for result in self.gates if result.is_broken)

    @property
    def changed(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.verdict in ("lower", "higher"))


def compare_runs(
    a: Evaluated,
    b: Evaluated,
    keys: Sequence[str] = (),
    gates: Sequence[Gate] = (),
    differences: Sequence[Difference] = (),
) -> RunComparison:
    """Compare the headline metrics (or `keys`) of two runs; a gate looks at its own metric.

    Trials of different runs are no pairs; a run's trials and themselves are.
    """
    paired = a.folder.resolve() == b.folder.resolve()
    pairs = list(_pairs(a, b))

    def rows_of(wanted: Sequence[str]) -> list[Row]:
        return [row for result, x, y in pairs for row in rows_between(result, x, y, wanted, paired)]

    notes = [*_missing(a, b, pairs)]
    if paired:
        notes.append("both are the same run, so nothing can differ")
    return assembled((a.folder.name, b.folder.name), rows_of, keys, gates, differences, notes)


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


def rows_between(
    result: ExperimentResult, a: Group, b: Group, keys: Sequence[str], paired: bool
) -> Iterator[Row]:
    """b against a, metric by metric; what neither of them has is left out."""
    for key in keys or result.experiment.headline:
        if key not in result.metrics or (
            math.isnan(a.estimates[key].value) and math.isnan(b.estimates[key].value)
        ):
            continue
        first, second = _values(a, key), _values(b, key)
        if paired:
            repeats = sorted(first.keys() & second.keys())
            first, second = ({one: side[one] for one in repeats} for side in (first, second))
        trials = tuple(first.values()), tuple(second.values())
        comparison = compare(*trials, paired)
        yield Row(
            result.name,
            b.pattern,
            result.pattern(b.pattern).title,
            b.level.text,
            result.metric(key),
            a.estimates[key],
            b.estimates[key],
            comparison,
            trials,
            repeats=_repeats(comparison, trials, paired),
        )


def _values(group: Group, key: str) -> dict[int, float]:
    """The metric in each usable trial, by repeat; of a percentile that the group carries too."""
    if math.isnan(group.estimates[key].value):
        return {}
    values = {one.record.trial.repeat: one.value(key) for one in group.used}
    return {repeat: value for repeat, value in sorted(values.items()) if not math.isnan(value)}


def _repeats(
    entry: Comparison, trials: tuple[Sequence[float], Sequence[float]], paired: bool
) -> int | None:
    """How many repeats would find TO_FIND, from how the trials scatter."""
    if entry.kind != "ratio" or not entry.has_interval:
        return None
    a, b = (np.log(side) for side in trials)
    if paired:  # what the trials of a block share does not count
        variance = float(np.var(b - a, ddof=1)) / 2
    else:
        variance = float(np.var(a, ddof=1) + np.var(b, ddof=1)) / 2
    return repeats_needed(math.sqrt(variance), TO_FIND)


Pair = tuple[ExperimentResult, Group, Group]


def _pairs(a: Evaluated, b: Evaluated) -> Iterator[Pair]:
    """Groups that both runs have, with usable trials."""
    others = {_key(result, group): group for result in b.experiments for group in result.groups}
    for result in a.experiments:
        for group in result.groups:
            other = others.get(_key(result, group))
            if other is not None and group.used and other.used:
                yield result, group, other


def _missing(a: Evaluated, b: Evaluated, pairs: Sequence[Pair]) -> Iterator[str]:
    """What only one of the runs can show."""
    shared = {_key(result, group) for result, group, _ in pairs}
    for run, other in ((a, b), (b, a)):
        for result in run.experiments:
            for group in result.groups:
                if group.used and _key(result, group) not in shared:
                    place = " ".join(filter(None, (group.pattern, group.level.text)))
                    yield f"not compared: {place} has no usable trials in {other.folder.name}"


def _key(result: ExperimentResult, group: Group) -> tuple[str, str, str]:
    return result.name, group.pattern, group.level.text
