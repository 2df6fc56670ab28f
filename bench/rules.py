"""The rules by which a claim is judged: a bound, a law, a ratio, a crossing, a line.  Pure.

Each reads the metrics of single trials and answers with intervals over trials.
Knows no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.claims import NOT_MEASURED, Cell, Evidence, Judgement, Number, Rule, Verdict, all_of
from bench.comparison import compare
from bench.statistics import Estimate, estimate


@dataclass(frozen=True)
class AllOf:
    """Several rules of one claim."""

    rules: tuple[Rule, ...]

    def judge(self, evidence: Evidence) -> Judgement:
        return all_of([rule.judge(evidence) for rule in self.rules])


@dataclass(frozen=True)
class Bound:
    """A metric of one pattern lies on the claimed side of a bound, at every such level."""

    metric: str
    unit: str
    pattern: str
    at_least: float | None = None
    at_most: float | None = None
    where: Mapping[str, Any] = field(default_factory=dict)

    def judge(self, evidence: Evidence) -> Judgement:
        cells = evidence.find(self.pattern, self.where)
        return all_of([self._one(cell) for cell in cells]) if cells else NOT_MEASURED

    def _one(self, cell: Cell) -> Judgement:
        entry = cell.estimate(self.metric)
        number = _number(f"{cell.pattern} {self.metric}", self.unit, entry)
        bound = self.at_least if self.at_least is not None else self.at_most
        assert bound is not None
        wants_more = self.at_least is not None
        words = f"{cell.pattern}: {self.metric} against {bound:g}{self.unit}"
        if not entry.has_interval:
            return Judgement("not settled", f"{words}: one trial has no interval", (number,))
        inside = entry.low >= bound if wants_more else entry.high <= bound
        outside = entry.high < bound if wants_more else entry.low > bound
        return Judgement(_side(inside, outside), words, (number,))


@dataclass(frozen=True)
class Near:
    """A metric agrees with its law within a tolerance (a share), at every such level."""

    metric: str
    unit: str
    pattern: str
    law: Callable[[Any, Mapping[str, float]], float]
    law_id: str
    tolerance: float
    where: Mapping[str, Any] = field(default_factory=dict)

    def judge(self, evidence: Evidence) -> Judgement:
        cells = evidence.find(self.pattern, self.where)
        return all_of([self._one(cell) for cell in cells]) if cells else NOT_MEASURED

    def _one(self, cell: Cell) -> Judgement:
        entry = cell.estimate(self.metric)
        predicted = self.law(cell.typed_load, cell.facts)
        number = _number(f"{cell.pattern} {self.metric}", self.unit, entry, predicted)
        words = f"law {self.law_id} within {self.tolerance:.0%}"
        if math.isnan(entry.value) or math.isnan(predicted):
            return NOT_MEASURED
        if not entry.has_interval:
            return Judgement("not settled", f"{words}: one trial has no interval", (number,))
        least, most = sorted((predicted * (1 - self.tolerance), predicted * (1 + self.tolerance)))
        # Agreement: the point is within, or the interval holds the law itself.
        inside = least <= entry.value <= most or (
            entry.low <= predicted <= entry.high and entry.half_width_share <= 2 * self.tolerance
        )
        outside = entry.high < least or entry.low > most
        return Judgement(_side(inside, outside), words, (number,))


@dataclass(frozen=True)
class Ratio:
    """A metric of `pattern` over that of `other` lies below (or above) a bound.

    Trials are paired by repeat.  With `other_where` the two differ in load
    instead of (or as well as) in pattern; otherwise every level that both have
    is compared.
    """

    metric: str
    pattern: str
    other: str
    below: float | None = None
    above: float | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    other_where: Mapping[str, Any] | None = None

    def judge(self, evidence: Evidence) -> Judgement:
        pairs = self._pairs(evidence)
        return all_of([self._one(*pair) for pair in pairs]) if pairs else NOT_MEASURED

    def _pairs(self, evidence: Evidence) -> list[tuple[Cell, Cell]]:
        mine = evidence.find(self.pattern, self.where)
        if self.other_where is not None:
            others = evidence.find(self.other, self.other_where)
            return [(cell, other) for cell in mine for other in others]
        others = evidence.find(self.other, self.where)
        return [(cell, other) for cell in mine for other in others if cell.load == other.load]

    def _one(self, cell: Cell, other: Cell) -> Judgement:
        a, b = paired(cell, other, self.metric)
        found = compare(b, a, paired=True)
        what = f"{self.metric}: {cell.pattern} / {other.pattern}{differing(cell, other)}"
        number = Number(what, "", found.value, found.low, found.high, found.trials[0])
        bound = self.below if self.below is not None else self.above
        assert bound is not None
        words = f"{'below' if self.below is not None else 'above'} {bound:g}"
        if found.kind != "ratio":
            # A ratio to nothing is no number; more than nothing is above any bound.
            more = found.low > 0
            side = _side(more == (self.above is not None), more == (self.below is not None))
            return Judgement(side if found.has_interval else "not settled", words, (number,))
        if not found.has_interval:
            return Judgement("not settled", f"{words}: too few trials", (number,))
        inside = found.high < bound if self.below is not None else found.low > bound
        outside = found.low > bound if self.below is not None else found.high < bound
        return Judgement(_side(inside, outside), words, (number,))


@dataclass(frozen=True)
class Crossover:
    """Below some value of a swept parameter `pattern` has less of a metric, above it more.

    With `other` "" it is compared with the constant `against`.  The crossing is
    found in every repeat by interpolation (logarithms on both axes); its interval
    is over the repeats.
    """

    metric: str
    pattern: str
    other: str
    over: str
    unit: str
    law: Callable[[Any, Mapping[str, float], Mapping[str, float]], float] | None = None
    law_id: str = ""
    against: float = 1.0
    where: Mapping[str, Any] = field(default_factory=dict)

    def judge(self, evidence: Evidence) -> Judgement:
        mine = sorted(
            evidence.find(self.pattern, self.where), key=lambda c: float(c.load[self.over])
        )
        others = {cell.load[self.over]: cell for cell in evidence.find(self.other, self.where)}
        if self.other:
            mine = [cell for cell in mine if cell.load[self.over] in others]
        if len(mine) < 2:
            return NOT_MEASURED
        levels = np.log([float(cell.load[self.over]) for cell in mine])
        rows = [self._logs(cell, others.get(cell.load[self.over])) for cell in mine]
        repeats = sorted(set.intersection(*(set(row) for row in rows)))
        table = np.array([[row[repeat] for row in rows] for repeat in repeats])
        ends = tuple(
            self._end_number(cell, row)
            for cell, row in zip((mine[0], mine[-1]), (rows[0], rows[-1]), strict=True)
        )
        crossings = [c for line in table if (c := crossing(levels, line)) is not None]
        if len(crossings) < max(2, len(repeats) - 1):
            return self._without_crossing(ends)
        entry = estimate([math.exp(c) for c in crossings])
        law = self._law(mine, others, entry.value)
        number = _number(f"{self.over} at which {self.metric} is equal", self.unit, entry, law)
        less, more = (self.pattern, self.other or f"{self.against:g}")
        rising = float(np.mean(table[:, -1])) > 0
        words = (
            f"{less} has {'less' if rising else 'more'} than {more} up to "
            f"{self.over}={entry.value:.3g}{self.unit}, {'more' if rising else 'less'} beyond"
        )
        return Judgement("depends", words, (number, *ends))

    def _logs(self, cell: Cell, other: Cell | None) -> dict[int, float]:
        """log(mine / theirs) by repeat."""
        found = {}
        for repeat, trial in cell.trials.items():
            base = (
                other.trials.get(repeat, {}).get(self.metric, math.nan) if other else self.against
            )
            value = trial.get(self.metric, math.nan)
            if value > 0 and base > 0:
                found[repeat] = math.log(value / base)
        return found

    def _end_number(self, cell: Cell, row: Mapping[int, float]) -> Number:
        entry = estimate([math.exp(value) for value in row.values()])
        what = f"{self.metric}: {self.pattern} / {self.other or f'{self.against:g}'}"
        return _number(f"{what} at {self.over}={cell.load[self.over]:g}{self.unit}", "", entry)

    def _without_crossing(self, ends: tuple[Number, ...]) -> Judgement:
        if all(number.high < 1 for number in ends):
            return Judgement("confirmed", f"less at every {self.over}", ends)
        if all(number.low > 1 for number in ends):
            return Judgement("refuted", f"more at every {self.over}", ends)
        return Judgement("not settled", "the repeats do not agree on a crossing", ends)

    def _law(self, mine: Sequence[Cell], others: Mapping[Any, Cell], near: float) -> float:
        if self.law is None:
            return math.nan
        # Facts (round trip, cost of a message) from the level closest to the crossing.
        cell = min(mine, key=lambda c: abs(math.log(float(c.load[self.over]) / near)))
        other = others.get(cell.load[self.over])
        try:
            return self.law(cell.typed_load, cell.facts, other.facts if other else {})
        except (KeyError, ValueError, ZeroDivisionError):
            return math.nan


@dataclass(frozen=True)
class Straight:
    """A metric grows straight with a swept parameter: a + bN explains nearly all of it."""

    metric: str
    unit: str
    pattern: str
    over: str
    least_r2: float = 0.98
    where: Mapping[str, Any] = field(default_factory=dict)

    def judge(self, evidence: Evidence) -> Judgement:
        cells = sorted(
            evidence.find(self.pattern, self.where), key=lambda c: float(c.load[self.over])
        )
        if len(cells) < 3:
            return NOT_MEASURED
        slopes, fits = [], []
        repeats = sorted(set.intersection(*(set(cell.trials) for cell in cells)))
        x = np.array([float(cell.load[self.over]) for cell in cells])
        for repeat in repeats:
            y = np.array([cell.trials[repeat].get(self.metric, math.nan) for cell in cells])
            slope, intercept = np.polyfit(x, y, 1)
            left = y - (slope * x + intercept)
            fits.append(1 - float(np.sum(left**2) / np.sum((y - y.mean()) ** 2)))
            slopes.append(float(slope))
        entry, fit = estimate(slopes), estimate(fits)
        numbers = (
            _number(f"{self.pattern} {self.metric} for one more of {self.over}", self.unit, entry),
            _number(f"{self.pattern} share explained by a straight line", "", fit),
        )
        words = f"a straight line explains at least {self.least_r2:.0%}"
        if not fit.has_interval:
            return Judgement("not settled", f"{words}: too few trials", numbers)
        return Judgement(
            _side(fit.value >= self.least_r2, fit.high < self.least_r2), words, numbers
        )


def paired(cell: Cell, other: Cell, metric: str) -> tuple[list[float], list[float]]:
    """A metric of two cells, repeat by repeat; repeats that one of them lacks are left out."""
    repeats = sorted(set(cell.trials) & set(other.trials))
    return (
        [cell.trials[repeat].get(metric, math.nan) for repeat in repeats],
        [other.trials[repeat].get(metric, math.nan) for repeat in repeats],
    )


def differing(cell: Cell, other: Cell) -> str:
    """The load parameters in which two cells differ, in words."""
    names = [name for name in cell.load if cell.load[name] != other.load.get(name)]
    return "".join(f" ({name} {cell.load[name]} / {other.load.get(name)})" for name in names)


def crossing(x: np.ndarray, y: np.ndarray) -> float | None:
    """Where a line through the points first crosses zero; None where it does not."""
    for index in range(len(x) - 1):
        if y[index] == 0:
            return float(x[index])
        if y[index] * y[index + 1] < 0:
            share = y[index] / (y[index] - y[index + 1])
            return float(x[index] + share * (x[index + 1] - x[index]))
    return None


def _side(inside: bool, outside: bool) -> Verdict:
    return "confirmed" if inside else "refuted" if outside else "not settled"


def _number(what: str, unit: str, entry: Estimate, law: float = math.nan) -> Number:
    return Number(what, unit, entry.value, entry.low, entry.high, entry.trials, law)
