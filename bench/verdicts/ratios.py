"""The rule that compares two patterns, or two loads of one, at single levels: a ratio.  Pure.

Trials are paired by repeat: those of one repeat share their seed, so both sides saw the same
events.  Knows no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.model.metric import Counts
from bench.stats.estimates import CONFIDENCE
from bench.verdicts.evidence import Cell, Evidence, distinguishing, varying, where_words
from bench.verdicts.hypotheses import Examined, Hypothesis, hypothesis_of, merged
from bench.verdicts.intervals import Ends
from bench.verdicts.judgement import NOT_MEASURED, Judgement, Number, lacks
from bench.verdicts.rule import Band, Rule, Where, values_of
from bench.verdicts.spreads import (
    Alike,
    Centred,
    Exact,
    ExactPair,
    Spread,
    are_alike,
    centred,
    pooled,
)


@dataclass(frozen=True)
class Ratio(Rule):
    """A metric of `pattern` over that of `other` lies below or above a bound, or in a band at 1.

    Trials are paired by repeat.  With `other_where` the two differ in load
    instead of (or as well as) in pattern; otherwise every level that both have
    is compared.  A band at 1 asks whether the two are equivalent (Schuirmann 1987).
    """

    metric: str
    pattern: str
    other: str
    below: float | None = None
    above: float | None = None
    where: Where = field(default_factory=dict)
    other_where: Where | None = None
    within: Band | None = None

    def __post_init__(self) -> None:
        bounds = [one for one in (self.below, self.above) if one is not None]
        if bool(bounds) == (self.within is not None):
            raise ValueError("a ratio has bounds (below, above), or within")

    @property
    def wanted(self) -> Ends:
        if self.within is not None:
            return self.within.around(1.0)
        least, most = self.above, self.below
        return -math.inf if least is None else least, math.inf if most is None else most

    @property
    def words(self) -> str:
        if self.within is not None:
            why = f" ({self.within.why})" if self.within.why else ""
            return f"ratio of {self.metric} within {self.within.share:.0%} of 1{why}"
        sides = (("above", self.above), ("below", self.below))
        bounds = " and ".join(f"{side} {bound:.3g}" for side, bound in sides if bound is not None)
        return f"ratio of {self.metric} {bounds}"

    @property
    def text(self) -> str:
        return f"{self.pattern} to {self.other}: {self.words}{where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        pairs = self._pairs(evidence)
        names = distinguishing([cell for cell, _ in pairs], self.where)
        return merged([self._one(*pair, names) for pair in pairs] or [NOT_MEASURED])

    def _pairs(self, evidence: Evidence) -> list[tuple[Cell, Cell]]:
        mine = evidence.find(self.pattern, self.where)
        if self.other_where is not None:
            others = evidence.find(self.other, self.other_where)
            return [(cell, other) for cell in mine for other in others]
        others = evidence.find(self.other, self.where)
        return [(cell, other) for cell in mine for other in others if cell.load == other.load]

    def _one(self, cell: Cell, other: Cell, names: list[str]) -> Hypothesis | Judgement:
        pairs = Pairs.of(cell, other, self.metric)
        if not pairs.mine:
            return lacks(self.metric)
        at = cell.at(names) + differing(cell, other)
        if min(*pairs.mine, *pairs.theirs) <= 0:
            return self._without_ratio(cell, other, pairs, at)
        ratios = [a / b for a, b in zip(pairs.mine, pairs.theirs, strict=True)]
        spread = pairs.quotient()
        return hypothesis_of(
            "ratio",
            self.metric,
            cell.pattern,
            spread,
            self.words,
            values_of(spread, ratios),
            other=other.pattern,
            at=at,
            wanted=self.wanted,
        )

    def _without_ratio(
        self, cell: Cell, other: Cell, pairs: Pairs, at: str
    ) -> Hypothesis | Judgement:
        """A ratio to nothing is no number: what counts is mine - bound x theirs."""
        if self.within is not None or None not in (self.below, self.above):
            return Judgement("not measured", f"{self.metric} is 0 in some trials: it has no ratio")
        bound = self.below if self.below is not None else self.above or 0.0
        spread = pairs.excess(bound)
        shown = tuple(
            number_of(self.metric, one.pattern, values, at)
            for one, values in ((cell, pairs.mine), (other, pairs.theirs))
        )
        return hypothesis_of(
            "value",
            self.metric,
            cell.pattern,
            spread,
            f"{self.words}: some values are 0",
            shown=shown,
            wanted=(-math.inf, 0.0) if self.below is not None else (0.0, math.inf),
        )


@dataclass(frozen=True)
class Pairs:
    """A metric of two cells, repeat by repeat; repeats that one of them lacks are left out."""

    mine: tuple[float, ...]
    theirs: tuple[float, ...]
    my_counts: tuple[Counts | None, ...]
    their_counts: tuple[Counts | None, ...]
    repeats: tuple[int, ...]

    @classmethod
    def of(cls, cell: Cell, other: Cell, metric: str) -> Pairs:
        repeats = [
            repeat
            for repeat in cell.repeats
            if not math.isnan(cell.value(metric, repeat) + other.value(metric, repeat))
        ]
        return cls(
            tuple(cell.value(metric, repeat) for repeat in repeats),
            tuple(other.value(metric, repeat) for repeat in repeats),
            tuple(cell.counted(metric, repeat) for repeat in repeats),
            tuple(other.counted(metric, repeat) for repeat in repeats),
            tuple(repeats),
        )

    def mine_at(self, repeat: int) -> float:
        return self.mine[self.repeats.index(repeat)]

    def theirs_at(self, repeat: int) -> float:
        return self.theirs[self.repeats.index(repeat)]

    def positive(self) -> Pairs:
        """Those pairs that have a ratio above 0."""
        kept = [i for i in range(len(self.mine)) if min(self.mine[i], self.theirs[i]) > 0]
        return Pairs(
            tuple(self.mine[i] for i in kept),
            tuple(self.theirs[i] for i in kept),
            tuple(self.my_counts[i] for i in kept),
            tuple(self.their_counts[i] for i in kept),
            tuple(self.repeats[i] for i in kept),
        )

    def quotient(self) -> Spread:
        """The spread of mine / theirs."""
        ratios = [a / b for a, b in zip(self.mine, self.theirs, strict=True)]
        if len(ratios) == 1 or not self._are_alike(ratios):
            return centred(ratios)
        sides = self._exact()
        return ExactPair(*sides) if sides else Alike(ratios[0], len(ratios))

    def excess(self, factor: float) -> Spread:
        """The spread of mine - factor x theirs."""
        rest = [a - factor * b for a, b in zip(self.mine, self.theirs, strict=True)]
        if len(rest) == 1 or not self._are_alike(rest):
            return Centred(tuple(rest), is_log=False)
        sides = self._exact()
        return ExactPair(*sides, factor) if sides else Alike(rest[0], len(rest))

    def _are_alike(self, values: Sequence[float]) -> bool:
        """No spread in the values, nor, where they are counted, in either side."""
        return are_alike(values) or (
            are_alike(self.mine, self.my_counts) and are_alike(self.theirs, self.their_counts)
        )

    def _exact(self) -> tuple[Exact, Exact] | None:
        mine, theirs = pooled(self.my_counts), pooled(self.their_counts)
        if mine is None or theirs is None:
            return None
        return Exact(mine, len(self.mine)), Exact(theirs, len(self.theirs))


def number_of(metric: str, pattern: str, values: Sequence[float], at: str) -> Number:
    """A number beside the one that decides."""
    spread = centred(values)
    low, high = spread.interval(CONFIDENCE)
    return Number("value", metric, pattern, spread.value, low, high, len(values), at=at)


def differing(cell: Cell, other: Cell) -> str:
    """The load parameters in which two cells differ, in words."""
    names = varying([cell, other])
    return f" ({cell.at(names)} / {other.at(names)})" if names else ""
