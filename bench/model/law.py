"""A law: a closed-form prediction of a metric, its source, and where it claims to hold.

What a law may read is data too: metrics of the same trial, and metrics of calibration trials.
It gets nothing else, so that it cannot read what it predicts.  Must not know any law.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bench.model.domain import Domain
from bench.model.load import Load

Facts = Mapping[str, float]

SEED = "seed"
"""The fact by which a law reads a trial's seed, and so its whole schedule: what will be asked,
and when, is known before the trial begins."""

BAND = 0.1
"""A measured value within this share of its law's agrees with it."""

CANNOT = (KeyError, ValueError, ZeroDivisionError, OverflowError)
"""What a law raises where it lacks a fact, or where its formula has no value."""


class NoValue(ValueError):
    """What a law raises where its formula has no value and it can say why: one line."""


def not_below_zero(value: float, why: str) -> float:
    """A measured difference, or a sum with one, that means nothing below zero: NoValue there.

    Zero in its place would look like a result.  Where trials scatter by more than a difference,
    it is kept as it is, and only the sum that it is a part of is asked for here.
    """
    if value < 0:
        raise NoValue(why)
    return value


@dataclass(frozen=True)
class Calibration:
    """Trials of the same run at another level, which supply facts that a law may not take
    from the trial that it predicts.

    They have the predicted trial's load with `settings` in its place: values by public name,
    as texts with their units or in base units, or functions of that load.  `pattern` "" is the
    same pattern; `text` says in plain English what is measured.  A law reads their metrics
    `facts` by the name `NAME.KEY`.  Where the settings change nothing there is no other trial,
    and the law says nothing.
    """

    name: str
    settings: Mapping[str, Any]
    facts: tuple[str, ...]
    pattern: str = ""
    text: str = ""

    def key(self, fact: str) -> str:
        """The name by which a law reads one of the facts."""
        return f"{self.name}.{fact}"


@dataclass(frozen=True)
class Law:
    """A law as it applies to one metric of one or more patterns.

    `function(load, facts)` gives the value in the metric's unit.  To call the law itself is
    to ask it with care: it gets only the facts that it declares, and says NaN outside its
    domain and where a fact was not measured.

    `facts` are metrics of the predicted trial: what a law cannot know (a round trip, the cost
    of one message), never what it predicts nor what that follows from; or SEED.  `calibration`
    supplies facts of other trials.  `band` is the share by which a measured value may differ;
    one wider than 10 % has its `band_reason`.  `fitted_with` are the seeds of runs whose
    numbers were looked at while the law was made or corrected; `passed_with` those of audits
    that it has passed since.
    """

    id: str
    formula: str
    source: str
    metric: str
    patterns: tuple[str, ...]
    function: Callable[[Any, Facts], float]
    domain: Domain | None = None
    facts: tuple[str, ...] | None = None
    calibration: tuple[Calibration, ...] = ()
    band: float = BAND
    band_reason: str = ""
    fitted_with: tuple[int, ...] = ()
    passed_with: tuple[int, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.band > BAND and not self.band_reason:
            raise ValueError(f"law {self.id}: a band of {self.band:.0%} needs its reason")
        if both := set(self.fitted_with) & set(self.passed_with):
            raise ValueError(f"law {self.id}: seed {min(both)} fitted it and cannot audit it")

    @property
    def law(self) -> str:
        """Its id."""
        return self.id

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the laws that it applies: several where its id lists them."""
        return tuple(self.id.split(", "))

    @property
    def is_only_fitted(self) -> bool:
        """Whether it was made to fit numbers, and has passed no audit with others since."""
        return bool(self.fitted_with) and not self.passed_with

    @property
    def is_of_seed(self) -> bool:
        """Whether it says something else of each trial: it follows the trial's schedule."""
        return SEED in (self.facts or ())

    @cached_property
    def reads(self) -> tuple[str, ...] | None:
        """The names of all facts that it may read; None where it declares none."""
        if self.facts is None:
            return None
        others = (one.key(fact) for one in self.calibration for fact in one.facts)
        return (*self.facts, *others)

    def speaks_of(self, load: Load[Any]) -> bool:
        """Whether a load lies in its domain."""
        return self.domain is None or self.domain.has(load)

    def __call__(self, load: Load[Any], facts: Facts) -> float:
        """The value for a load with measured facts; NaN where the law does not speak."""
        return self.inside(load, facts) if self.speaks_of(load) else math.nan

    def inside(self, load: Load[Any], facts: Facts) -> float:
        """The same for a load of which it is known that the law speaks."""
        if self.domain is not None and not self.domain.has_facts(facts):
            return math.nan
        try:
            return float(self.function(load, self._known(facts)))
        except CANNOT:
            return math.nan

    def reason(self, load: Load[Any], facts: Facts) -> str:
        """Why it has no value for a load in its domain; "" where it has one or cannot say."""
        try:
            self.function(load, self._known(facts))
        except NoValue as error:
            return str(error)
        except CANNOT:
            pass
        return ""

    def _known(self, facts: Facts) -> Facts:
        """Of the facts, those that it may read and that were measured."""
        read = facts if self.reads is None else self.reads
        return {key: facts[key] for key in read if not math.isnan(facts.get(key, math.nan))}


Prediction = Law
