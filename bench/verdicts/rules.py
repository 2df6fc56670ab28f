"""The rules by which a claim is judged at single levels: a bound, a law, a ratio.  Pure.

Each reads the metrics of single trials and answers with intervals over trials.
Rules over a swept parameter are in bench.trends.  Knows no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.stats.estimates import Estimate, estimate
from bench.stats.two_samples import Comparison, compare
from bench.verdicts.evidence import (
    NOT_MEASURED,
    Cell,
    Evidence,
    Judgement,
    Rule,
    Verdict,
    all_of,
    at_each,
    distinguishing,
    lacks,
    number,
    predicted,
    side,
    varying,
    where_words,
)

FEW = "one trial has no interval"


@dataclass(frozen=True)
class AllOf:
    """Several rules of one claim."""

    rules: tuple[Rule, ...]

    @property
    def text(self) -> str:
        return "; ".join(dict.fromkeys(rule.text for rule in self.rules))

    def judge(self, evidence: Evidence) -> Judgement:
        return all_of([rule.judge(evidence) for rule in self.rules])


@dataclass(frozen=True)
class Threshold:
    """A metric of one pattern lies on the claimed side of a bound, at every such level."""

    metric: str
    unit: str
    pattern: str
    at_least: float | None = None
    at_most: float | None = None
    where: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[float, float]:
        return (
            -math.inf if self.at_least is None else self.at_least,
            math.inf if self.at_most is None else self.at_most,
        )

    @property
    def words(self) -> str:
        least, most = self.wanted
        unit = f" {self.unit}" if self.unit else ""
        sides = [("at least", least), ("at most", most)]
        said = [f"{word} {bound:g}{unit}" for word, bound in sides if math.isfinite(bound)]
        return f"{self.metric} {' and '.join(said)}"

    @property
    def text(self) -> str:
        return f"{self.pattern}: {self.words}{where_words(self.where)}"

    def judge(self, evidence: Evidence) -> Judgement:
        return at_each(evidence.find(self.pattern, self.where), self.where, self._one)

    def _one(self, cell: Cell, at: str) -> Judgement:
        entry = cell.estimate(self.metric)
        if not entry.trials:
            return lacks(self.metric)
        least, most = self.wanted
        inside = least <= entry.low and entry.high <= most
        verdict = side(inside, entry.high < least or entry.low > most)
        shown = number(
            "value",
            self.metric,
            self.pattern,
            entry,
            unit=self.unit,
            at=at,
            wanted=self.wanted,
            verdict=verdict,
        )
        words = self.words if entry.has_interval else f"{self.words}: {FEW}"
        return Judgement(verdict, words, (shown,))


@dataclass(frozen=True)
class AgreesWithLaw:
    """A metric agrees with its law within a tolerance (a share), at every such level."""

    metric: str
    unit: str
    pattern: str
    law: Callable[[Any, Mapping[str, float]], float]
    law_id: str
    tolerance: float
    where: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return f"{self.metric} within {self.tolerance:.0%} of law {self.law_id}"

    @property
    def text(self) -> str:
        return f"{self.pattern}: {self.words}{where_words(self.where)}"

    def judge(self, evidence: Evidence) -> Judgement:
        return at_each(evidence.find(self.pattern, self.where), self.where, self._one)

    def _one(self, cell: Cell, at: str) -> Judgement:
        entry = cell.estimate(self.metric)
        law = predicted(self.law, cell.typed_load, cell.facts)
        if not entry.trials:
            return lacks(self.metric)
        if math.isnan(law):
            return Judgement("not measured", f"law {self.law_id} lacks facts that it needs")
        room = self.tolerance * abs(law)
        least, most = law - room, law + room
        # An interval wider than that would agree with nearly any law.
        is_narrow = entry.has_interval and (entry.high - entry.low) / 2 <= 2 * room
        agrees = least <= entry.value <= most or entry.low <= law <= entry.high
        verdict = side(is_narrow and agrees, entry.high < least or entry.low > most)
        shown = number(
            "value",
            self.metric,
            self.pattern,
            entry,
            unit=self.unit,
            at=at,
            law=law,
            wanted=(least, most),
            verdict=verdict,
        )
        words = self.words if entry.has_interval else f"{self.words}: {FEW}"
        return Judgement(verdict, words, (shown,))


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

    def __post_init__(self) -> None:
        if (self.below is None) == (self.above is None):
            raise ValueError("a ratio has one bound: below or above")

    @property
    def bound(self) -> float:
        return self.below if self.below is not None else self.above or 0.0

    @property
    def words(self) -> str:
        return f"ratio of {self.metric} {'above' if self.below is None else 'below'} {self.bound:g}"

    @property
    def text(self) -> str:
        return f"{self.pattern} to {self.other}: {self.words}{where_words(self.where)}"

    def judge(self, evidence: Evidence) -> Judgement:
        pairs = self._pairs(evidence)
        names = distinguishing([cell for cell, _ in pairs], self.where)
        return all_of([self._one(*pair, names) for pair in pairs]) if pairs else NOT_MEASURED

    def _pairs(self, evidence: Evidence) -> list[tuple[Cell, Cell]]:
        mine = evidence.find(self.pattern, self.where)
        if self.other_where is not None:
            others = evidence.find(self.other, self.other_where)
            return [(cell, other) for cell in mine for other in others]
        others = evidence.find(self.other, self.where)
        return [(cell, other) for cell in mine for other in others if cell.load == other.load]

    def _one(self, cell: Cell, other: Cell, names: list[str]) -> Judgement:
        mine, theirs = paired(cell, other, self.metric)
        found = compare(theirs, mine, paired=True)
        if not min(found.trials):
            return lacks(self.metric)
        at = cell.at(names) + differing(cell, other)
        if found.kind != "ratio":
            return self._without_ratio(cell, other, at)
        verdict = self._verdict(found)
        shown = number(
            "ratio",
            self.metric,
            cell.pattern,
            Estimate(found.value, found.low, found.high, found.trials[0]),
            other=other.pattern,
            at=at,
            wanted=(-math.inf, self.bound) if self.above is None else (self.bound, math.inf),
            verdict=verdict,
        )
        words = self.words if found.has_interval else f"{self.words}: {FEW}"
        return Judgement(verdict, words, (shown,))

    def _verdict(self, found: Comparison) -> Verdict:
        if self.above is None:
            return side(found.high < self.bound, found.low >= self.bound)
        return side(found.low > self.bound, found.high <= self.bound)

    def _without_ratio(self, cell: Cell, other: Cell, at: str) -> Judgement:
        """A ratio to nothing is no number: what counts is mine - bound x theirs."""
        mine, theirs = paired(cell, other, self.metric)
        rest = estimate([a - self.bound * b for a, b in zip(mine, theirs, strict=True)])
        is_less, is_more = rest.high < 0, rest.low > 0
        verdict = side(is_less, is_more) if self.above is None else side(is_more, is_less)
        numbers = tuple(
            number("value", self.metric, one.pattern, estimate(values), at=at)
            for one, values in ((cell, mine), (other, theirs))
        )
        return Judgement(verdict, f"{self.words}: some values are 0", numbers)


def paired(cell: Cell, other: Cell, metric: str) -> tuple[list[float], list[float]]:
    """A metric of two cells, repeat by repeat; repeats that one of them lacks are left out."""
    repeats = sorted(set(cell.trials) & set(other.trials))
    return (
        [cell.trials[repeat].get(metric, math.nan) for repeat in repeats],
        [other.trials[repeat].get(metric, math.nan) for repeat in repeats],
    )


def differing(cell: Cell, other: Cell) -> str:
    """The load parameters in which two cells differ, in words."""
    names = varying([cell, other])
    return f" ({cell.at(names)} / {other.at(names)})" if names else ""
