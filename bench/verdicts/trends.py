"""The rules by which a claim is judged along a swept parameter: a crossing, a line.  Pure.

Each reads the metrics of single trials at several values of one load parameter,
all else equal, and answers with intervals over trials.  Knows no experiment.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from bench.model.units import show, significant
from bench.stats.estimates import Estimate, estimate
from bench.stats.two_samples import Comparison, compare
from bench.verdicts.evidence import (
    NOT_MEASURED,
    Cell,
    Curve,
    Evidence,
    Judgement,
    Number,
    Point,
    Verdict,
    all_of,
    families_of,
    family_at,
    lacks,
    number,
    predicted,
    side,
    where_words,
)

Pair = tuple[Cell, Cell | None]

LESS, MORE = -1, 1


@dataclass(frozen=True)
class Step:
    """Two patterns compared at one value of the swept parameter."""

    x: float
    pair: Pair
    found: Comparison
    logs: Mapping[int, float]

    @property
    def side(self) -> int:
        """LESS or MORE where the interval is sure of it, else 0."""
        return LESS if self.found.high < 1 else MORE if self.found.low > 1 else 0


@dataclass(frozen=True)
class Crossover:
    """`pattern` has less (or more, as `claimed`) of a metric than `other`.

    Where it has less on one side of some value of a swept parameter and more on
    the other, the claim depends, and the value is the answer: it is found in every
    repeat by interpolation (logarithms on both axes), its interval is over the
    repeats.  With `other` "" the pattern is compared with the constant `against`.
    """

    metric: str
    pattern: str
    other: str
    over: str
    law: Callable[[Any, Mapping[str, float], Mapping[str, float]], float] | None = None
    law_id: str = ""
    against: float = 1.0
    where: Mapping[str, Any] = field(default_factory=dict)
    claimed: Literal["less", "more"] = "less"

    @property
    def against_text(self) -> str:
        return self.other or f"{self.against:g}"

    @property
    def text(self) -> str:
        law = f", crossing by law {self.law_id}" if self.law_id else ""
        metric = f"{self.claimed} {self.metric} than {self.against_text}"
        return f"{self.pattern}: {metric} at every {self.over}{law}{where_words(self.where)}"

    def judge(self, evidence: Evidence) -> Judgement:
        others = evidence.find(self.other, self.where) if self.other else []
        families = families_of(evidence.find(self.pattern, self.where), self.over)
        found = []
        for cells in families:
            pairs = [(cell, other) for cell in cells for other in self._partners(cell, others)]
            if len(pairs) > 1:
                found.append(self._judge(pairs, family_at(families, cells, self.where)))
        return all_of(found) if found else NOT_MEASURED

    def _partners(self, cell: Cell, others: Sequence[Cell]) -> list[Cell | None]:
        if not self.other:
            return [None]
        return [other for other in others if other.load == cell.load]

    def _judge(self, pairs: Sequence[Pair], at: str) -> Judgement:
        steps = [step for pair in pairs if (step := self._step(pair)) is not None]
        if len(steps) < 2:
            return lacks(self.metric)
        sides = [step.side for step in steps if step.side]
        turns = [(a, b) for a, b in itertools.pairwise(sides) if a != b]
        crossing = self._crossing(steps, at) if len(turns) == 1 else None
        verdict, words = self._verdict(steps, sides, len(turns), crossing)
        ends = tuple(self._end(step, at) for step in (steps[0], steps[-1]))
        curve = Curve(
            "crossing",
            self.metric,
            self.pattern,
            self.against_text,
            self.over,
            pairs[0][0].unit(self.over),
            tuple(Point(s.x, s.found.value, s.found.low, s.found.high) for s in steps),
            at,
            crossing,
        )
        return Judgement(verdict, words, ((crossing, *ends) if crossing else ends), (curve,))

    def _step(self, pair: Pair) -> Step | None:
        """The ratio at one level; None where no repeat has two positive values."""
        cell, other = pair
        mine, theirs, logs = [], [], {}
        for repeat, trial in sorted(cell.trials.items()):
            base = self.against if other is None else other.trials.get(repeat, {}).get(self.metric)
            value = trial.get(self.metric, math.nan)
            if value > 0 and base is not None and base > 0:
                mine.append(value)
                theirs.append(base)
                logs[repeat] = math.log(value / base)
        x = float(cell.load[self.over])
        if not logs or x <= 0:
            return None
        return Step(x, pair, compare(theirs, mine, paired=True), logs)

    def _verdict(
        self, steps: Sequence[Step], sides: Sequence[int], turns: int, crossing: Number | None
    ) -> tuple[Verdict, str]:
        if turns > 1:
            return "depends", f"it changes sides {turns} times along {self.over}"
        if turns == 1:
            first, then = ("less", "more") if sides[0] == LESS else ("more", "less")
            where = f"{self.over}={significant(crossing.value)}{crossing.unit}" if crossing else ""
            return "depends", (
                f"{self.pattern} has {first} {self.metric} than {self.against_text} up to "
                f"{where}, and {then} beyond"
            )
        if len(sides) < len(steps):
            unsure = next(step for step in steps if not step.side)
            why = (
                "the interval includes 1" if unsure.found.has_interval else "one trial, no interval"
            )
            unit = unsure.pair[0].unit(self.over)
            return "not settled", f"at {self.over}={show(unsure.x, unit)}: {why}"
        found = "less" if sides[0] == LESS else "more"
        words = f"{found} {self.metric} at every {self.over}"
        return side(found == self.claimed, found != self.claimed), words

    def _crossing(self, steps: Sequence[Step], at: str) -> Number:
        """Where the ratio is 1; between which levels, where the repeats do not tell."""
        repeats = sorted(set.intersection(*(set(step.logs) for step in steps)))
        levels = np.log([step.x for step in steps])
        lines = [np.array([step.logs[repeat] for step in steps]) for repeat in repeats]
        found = [places[0] for line in lines if len(places := crossings(levels, line)) == 1]
        if len(found) > 1:
            entry = estimate([math.exp(place) for place in found])
        else:
            entry = _between(steps, len(repeats))
        return number(
            "crossing",
            self.metric,
            self.pattern,
            entry,
            unit=steps[0].pair[0].unit(self.over),
            other=self.against_text,
            over=self.over,
            at=at,
            law=self._law(steps, entry.value),
        )

    def _law(self, steps: Sequence[Step], near: float) -> float:
        if self.law is None:
            return math.nan
        # Facts (round trip, cost of a message) from the level closest to the crossing.
        step = min(steps, key=lambda one: abs(math.log(one.x / near)))
        cell, other = step.pair
        return predicted(self.law, cell.typed_load, cell.facts, other.facts if other else {})

    def _end(self, step: Step, at: str) -> Number:
        found, cell = step.found, step.pair[0]
        where = f"{self.over}={show(step.x, cell.unit(self.over))}"
        return number(
            "ratio",
            self.metric,
            self.pattern,
            Estimate(found.value, found.low, found.high, found.trials[0]),
            other=self.against_text,
            over=self.over,
            at=f"{where} {at}".strip(),
        )


@dataclass(frozen=True)
class LinearFit:
    """A metric grows straight with a swept parameter: a + bN explains nearly all of it."""

    metric: str
    unit: str
    pattern: str
    over: str
    least_r2: float = 0.98
    where: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        share = f"at least {self.least_r2:.0%}"
        return f"a straight line over {self.over} explains {share} of {self.metric}"

    @property
    def text(self) -> str:
        return f"{self.pattern}: {self.words}{where_words(self.where)}"

    def judge(self, evidence: Evidence) -> Judgement:
        families = families_of(evidence.find(self.pattern, self.where), self.over)
        found = [
            self._judge(cells, family_at(families, cells, self.where))
            for cells in families
            if len(cells) > 2
        ]
        return all_of(found) if found else NOT_MEASURED

    def _judge(self, cells: Sequence[Cell], at: str) -> Judgement:
        x = np.array([float(cell.load[self.over]) for cell in cells])
        lines = [fitted(x, row) for row in self._rows(cells)]
        if not lines:
            return lacks(self.metric)
        slope, start, fit = (estimate([line[part] for line in lines]) for part in range(3))
        fit = dataclasses.replace(fit, high=min(1.0, fit.high) if fit.has_interval else fit.high)
        verdict = side(fit.low >= self.least_r2, fit.high < self.least_r2)
        name: dict[str, Any] = {"over": self.over, "at": at}
        wanted = (self.least_r2, math.inf)
        numbers = (
            number("slope", self.metric, self.pattern, slope, unit=self.unit, **name),
            number("fit", self.metric, self.pattern, fit, wanted=wanted, verdict=verdict, **name),
        )
        entries = [cell.estimate(self.metric) for cell in cells]
        curve = Curve(
            "line",
            self.metric,
            self.pattern,
            "",
            self.over,
            cells[0].unit(self.over),
            tuple(Point(n, e.value, e.low, e.high) for n, e in zip(x, entries, strict=True)),
            at,
            slope=slope.value,
            intercept=start.value,
        )
        words = self.words if fit.has_interval else f"{self.words}: one trial has no interval"
        return Judgement(verdict, words, numbers, (curve,))

    def _rows(self, cells: Sequence[Cell]) -> list[np.ndarray]:
        """The metric along the levels, for each repeat that has it at all of them."""
        repeats = sorted(set.intersection(*(set(cell.trials) for cell in cells)))
        rows = [
            np.array([cell.trials[repeat].get(self.metric, math.nan) for cell in cells])
            for repeat in repeats
        ]
        return [row for row in rows if not np.isnan(row).any()]


def _between(steps: Sequence[Step], repeats: int) -> Estimate:
    """The two levels between which the sure sides change, where no repeat tells more."""
    known = [step for step in steps if step.side]
    low, high = next((a.x, b.x) for a, b in itertools.pairwise(known) if a.side != b.side)
    return Estimate(math.sqrt(low * high), low, high, repeats)


def crossings(x: np.ndarray, y: np.ndarray) -> list[float]:
    """Where a line through the points changes its sign; to touch zero is no crossing."""
    found = []
    known = [index for index in range(len(y)) if y[index] != 0]
    for a, b in itertools.pairwise(known):
        if y[a] * y[b] > 0:
            continue
        if b > a + 1:  # it lies on zero between them
            found.append(float((x[a + 1] + x[b - 1]) / 2))
        else:
            found.append(float(x[a] + y[a] / (y[a] - y[b]) * (x[b] - x[a])))
    return found


def fitted(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Slope and start of the line through the points, and the share that it explains."""
    slope, start = np.polyfit(x, y, 1)
    total = float(np.sum((y - y.mean()) ** 2))
    left = float(np.sum((y - (slope * x + start)) ** 2))
    return float(slope), float(start), 1 - left / total if total else 1.0
