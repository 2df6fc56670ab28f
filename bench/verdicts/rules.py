"""The rules by which one metric of one pattern is judged: a bound, a law, a condition.  Pure.

Each reads the metrics of single trials and gives hypotheses to be decided with those of
the whole claim.  Knows no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bench.model.law import Facts, Law
from bench.model.metric import Counts
from bench.verdicts.evidence import Cell, Evidence, predicted, where_words
from bench.verdicts.hypotheses import NEEDED, Examined, Hypothesis, hypothesis_of
from bench.verdicts.intervals import Ends, inside
from bench.verdicts.judgement import Judgement, Number, lacks
from bench.verdicts.rule import Band, Rule, Where, at_each, values_of
from bench.verdicts.spreads import Exact, spread_of

Filled = Callable[[Any, Facts], float]
"""A formula that a claim fills from a load and facts, where no law of the experiment does."""


@dataclass(frozen=True)
class Bounded(Rule):
    """A metric of one pattern and the bounds that it is held against, at every such level."""

    metric: str
    unit: str
    pattern: str
    at_least: float | None = None
    at_most: float | None = None
    where: Where = field(default_factory=dict)

    @property
    def wanted(self) -> Ends:
        return (
            -math.inf if self.at_least is None else self.at_least,
            math.inf if self.at_most is None else self.at_most,
        )

    @property
    def words(self) -> str:
        return f"{self.metric} {bounds_words(self.wanted, self.unit)}"

    @property
    def text(self) -> str:
        return f"{self.pattern}: {self.words}{where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        return at_each(evidence.find(self.pattern, self.where), self.where, self._one)

    def _one(self, cell: Cell, at: str) -> Hypothesis | Judgement:
        raise NotImplementedError


@dataclass(frozen=True)
class Threshold(Bounded):
    """The metric's mean over trials lies on the claimed side of a bound."""

    def _one(self, cell: Cell, at: str) -> Hypothesis | Judgement:
        repeats = [n for n in cell.repeats if not math.isnan(cell.value(self.metric, n))]
        if not repeats:
            return lacks(self.metric)
        values = [cell.value(self.metric, repeat) for repeat in repeats]
        spread = spread_of(values, [cell.counted(self.metric, repeat) for repeat in repeats])
        return hypothesis_of(
            "value",
            self.metric,
            self.pattern,
            spread,
            self.words,
            values_of(spread, values),
            unit=self.unit,
            at=at,
            wanted=self.wanted,
        )


@dataclass(frozen=True)
class EveryTrial(Bounded):
    """The metric lies within its bounds in every single trial: for preconditions.

    No estimate of anything, so no interval: it says that these trials were as they should be.
    """

    @property
    def words(self) -> str:
        return f"{super().words} in every trial"

    def _one(self, cell: Cell, at: str) -> Hypothesis | Judgement:
        values = [cell.value(self.metric, repeat) for repeat in cell.repeats]
        if any(math.isnan(value) for value in values):
            return lacks(self.metric)
        off = [value for value in values if not inside((value, value), self.wanted)]
        shown = Number(
            "value",
            self.metric,
            self.pattern,
            off[0] if off else values[0],
            min(values),
            max(values),
            len(values),
            unit=self.unit,
            at=at,
            wanted=self.wanted,
            verdict="refuted" if off else "confirmed",
        )
        if off:
            where = f" at {at}" if at else ""
            words = f"{self.words}{where}: {off[0]:g} in {len(off)} of {len(values)} trials"
            return Judgement("refuted", words, (shown,))
        if len(values) < NEEDED:
            words = f"{self.words}: {len(values)} repeats, {NEEDED} are needed"
            return Judgement("not settled", words, (replace(shown, verdict="not settled"),))
        return Judgement("confirmed", self.words, (shown,))


@dataclass(frozen=True)
class AgreesWithLaw(Rule):
    """A metric is equivalent to its law: measured / law lies in a band, at every such level.

    The ratio is taken in each trial, its law from facts of the same trial, which never hold the
    metric itself.  Two one-sided tests, as the whole 95 % interval of the ratio must lie in the
    band (Schuirmann 1987; the 95 % interval is stricter than his 90 %).
    """

    metric: str
    unit: str
    pattern: str
    law: Law | Filled
    law_id: str
    where: Where = field(default_factory=dict)
    band: Band = field(default_factory=Band)

    @property
    def words(self) -> str:
        return f"{self.metric} within {self.band.share:.0%} of law {self.law_id}"

    @property
    def text(self) -> str:
        why = f" ({self.band.why})" if self.band.why else ""
        return f"{self.pattern}: {self.words}{why}{where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        return at_each(evidence.find(self.pattern, self.where), self.where, self._one)

    def _one(self, cell: Cell, at: str) -> Hypothesis | Judgement:
        repeats = [n for n in cell.repeats if not math.isnan(cell.value(self.metric, n))]
        if not repeats:
            return lacks(self.metric)
        laws = {n: self._law(cell, n) for n in repeats}
        spoken = [n for n in repeats if 0 < laws[n] < math.inf]
        if not spoken:
            return Judgement("not measured", self._silence(cell, repeats))
        repeats = spoken
        # In the unit of the metric: the ratio, times the law's value on average.
        law = math.exp(sum(math.log(laws[n]) for n in repeats) / len(repeats))
        values = [cell.value(self.metric, n) / laws[n] * law for n in repeats]
        spread = spread_of(values, [cell.counted(self.metric, n) for n in repeats])
        return hypothesis_of(
            "value",
            self.metric,
            self.pattern,
            spread,
            self.words,
            values_of(spread, values),
            unit=self.unit,
            at=at,
            law=law,
            wanted=self.band.around(law),
        )

    def _law(self, cell: Cell, repeat: int) -> float:
        return predicted(self.law, cell.typed_load, cell.facts(repeat, self.metric))

    def _silence(self, cell: Cell, repeats: Sequence[int]) -> str:
        """Why the law has a value for none of these repeats."""
        law, load = self.law, cell.typed_load
        said = "lacks facts, or they lie outside it"
        if isinstance(law, Law):
            if load is None or not law.speaks_of(load):
                said = "does not cover this load"
            else:
                reasons = (law.reason(load, cell.facts(n, self.metric)) for n in repeats)
                if why := next(filter(None, reasons), ""):
                    said = f"has no value: {why}"
        return f"law {self.law_id} {said}"


@dataclass(frozen=True)
class Exactly(Rule):
    """What a metric counts is exactly so many in (nearly) every unit, at every such level.

    For numbers that cannot scatter, as connections of a page.  `value` says how many of a load,
    and is the least or the most that a unit can have, so that units do not make up for each
    other: of n units with k in all, at most |k - value n| have another number.  Their share has
    Clopper's and Pearson's interval; it is at least `share`.
    """

    metric: str
    pattern: str
    value: Callable[[Any], float]
    value_text: str
    where: Where = field(default_factory=dict)
    share: float = 0.9

    @property
    def words(self) -> str:
        return f"{self.metric} exactly {self.value_text} in at least {self.share:.0%}"

    @property
    def text(self) -> str:
        return f"{self.pattern}: {self.words}{where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        return at_each(evidence.find(self.pattern, self.where), self.where, self._one)

    def _one(self, cell: Cell, at: str) -> Hypothesis | Judgement:
        known = [one for n in cell.repeats if (one := cell.counted(self.metric, n)) is not None]
        if not known:
            return lacks(self.metric)
        value = self.value(cell.typed_load)
        units = sum(one.of for one in known)
        off = sum(min(one.of, abs(one.hits - value * one.of)) for one in known)
        return hypothesis_of(
            "share",
            self.metric,
            self.pattern,
            Exact(Counts(units - off, units, "share"), len(known)),
            self.words,
            other=self.value_text,
            at=at,
            wanted=(self.share, 1.0),
        )


def bounds_words(wanted: Ends, unit: str) -> str:
    """ "at least 5 ms and at most 6 ms"."""
    unit = f" {unit}" if unit else ""
    sides = zip(("at least", "at most"), wanted, strict=True)
    return " and ".join(f"{word} {end:g}{unit}" for word, end in sides if math.isfinite(end))
