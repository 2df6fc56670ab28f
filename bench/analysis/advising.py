"""Advice on a workload: what each pattern costs by the laws, and which one is first.  Pure.

A law is asked with a machine's constants in place of calibration trials.  Where it does not speak,
there is no number, and the reason is named.  Must not know any experiment, nor how it is said.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from bench.analysis.crossings import Crossing, Way, nearest
from bench.model import domain_text
from bench.model.advice import Advice, Cost
from bench.model.constants import Constant, Constants
from bench.model.domain import Either, Range
from bench.model.law import SEED, Law
from bench.model.load import Load, parameters_of
from bench.plan.workload import Workload

SEEDS = (1, 2, 3)
"""A law of a trial's schedule is asked for these; their mean is what it says."""

WITHIN = 0.1
"""An advised pattern that costs at most this share more than the best is as good."""

State = Literal["meets", "misses", "unknown", "excluded"]


@dataclass(frozen=True)
class Figure:
    """A cost by its law, in the metric's unit; the interval holds the law's band and the
    constants' intervals.
    """

    cost: Cost
    value: float
    low: float
    high: float
    law: Law


@dataclass(frozen=True)
class Option:
    """A pattern under a workload.

    `why` are the reasons of its state: which limit it misses, what excludes it, or which part of
    the workload is outside the domains of its laws.  `is_sure` says that no limit lies within an
    interval.
    """

    pattern: str
    state: State
    figures: Mapping[str, Figure]
    why: tuple[str, ...] = ()
    is_sure: bool = True


@dataclass(frozen=True)
class Advised:
    """What can be said of a workload: options from first to last, and what is near.

    `first` is None where no pattern is known to meet the limits.  `close` are patterns whose
    interval of the preferred cost overlaps the first one's, or that may meet a limit.
    """

    workload: Workload
    options: tuple[Option, ...]
    first: Option | None
    close: tuple[Option, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    unchanged: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


class Adviser:
    """Answers for one experiment on one machine."""

    def __init__(self, advice: Advice, constants: Constants | None) -> None:
        self._advice = advice
        self._constants = {name: _known(advice, constants, name) for name in advice.patterns}
        self._shared = {one.key(fact) for one in advice.also for fact in one.facts}
        """Constants that the facts of every law may read."""

    def advised(self, workload: Workload, crossings: bool = True) -> Advised:
        """The answer; without crossings where only the first counts."""
        options = _ranked(workload, self.options(workload))
        first = next((one for one in options[:1] if one.state == "meets"), None)
        unknown = [one for one in options if one.state == "unknown"]
        outside = tuple(dict.fromkeys(why for one in unknown for why in one.why))
        if first is None:
            return Advised(workload, tuple(options), None, outside=outside)
        close = tuple(one for one in options[1:] if _is_close(workload, first, one))
        found = Advised(workload, tuple(options), first, close, outside=outside)
        return self._with_crossings(found, first.pattern) if crossings else found

    def _with_crossings(self, found: Advised, first: str) -> Advised:
        alive = [one.pattern for one in found.options if one.state in ("meets", "misses")]
        crossings, unchanged = [], []
        for way in _ways(self._advice, found.workload):
            crossing = nearest(
                way,
                first,
                lambda value, name=way.parameter: self._first(  # type: ignore[misc]
                    found.workload.at(name, value), alive
                ),
            )
            if crossing is None:
                unchanged.append(way.parameter)
            else:
                crossings.append(crossing)
        crossings.sort(key=lambda one: one.distance)
        return dataclasses.replace(found, crossings=tuple(crossings), unchanged=tuple(unchanged))

    def _first(self, workload: Workload, patterns: Sequence[str]) -> str | None:
        """The first of these patterns; None where one's laws do not speak, or none meets all."""
        spent: dict[str, float] = {}
        for pattern in patterns:
            found = {
                cost.name: self._central(workload.load, pattern, cost)
                for cost in self._advice.costs
                if cost.name == workload.prefer or cost.name in workload.limits
            }
            if any(math.isnan(value) for value in found.values()):
                return None
            if all(found[name] <= limit for name, limit in workload.limits.items()):
                spent[pattern] = found[workload.prefer]
        return min(spent, key=lambda name: spent[name]) if spent else None

    def _central(self, load: Load[Any], pattern: str, cost: Cost) -> float:
        values = {name: one.value for name, one in self._constants[pattern].items()}
        laws = self._advice.laws_of(pattern, cost.metric)
        found = (self._value(law, load, values) for law in laws if law.speaks_of(load))
        return next((one for one in found if _is_cost(one)), math.nan)

    def options(self, workload: Workload) -> list[Option]:
        """Every pattern of the advice, not yet in order."""
        return [self._option(workload, name) for name in self._advice.patterns]

    def _option(self, workload: Workload, pattern: str) -> Option:
        excluded = [
            reason
            for need in self._advice.needs
            if (reason := need.excludes.get(workload.needs[need.name], {}).get(pattern))
        ]
        if excluded:
            return Option(pattern, "excluded", {}, tuple(excluded))
        figures, reasons = {}, {}
        for cost in self._advice.costs:
            found, why = self._figure(workload.load, pattern, cost)
            if found is None:
                reasons[cost.name] = why
            else:
                figures[cost.name] = found
        needed = {workload.prefer, *workload.limits}
        missed = [name for name in workload.limits if _misses(workload, figures, name)]
        if missed:
            return Option(pattern, "misses", figures, tuple(missed))
        lacking = [why for name in reasons if name in needed for why in reasons[name]]
        if lacking:
            return Option(pattern, "unknown", figures, tuple(dict.fromkeys(lacking)))
        sure = all(figures[name].high <= limit for name, limit in workload.limits.items())
        return Option(pattern, "meets", figures, (), sure)

    def _figure(
        self, load: Load[Any], pattern: str, cost: Cost
    ) -> tuple[Figure | None, tuple[str, ...]]:
        """What a law says of a cost, or why none does."""
        laws = self._advice.laws_of(pattern, cost.metric)
        speaking = [law for law in laws if law.speaks_of(load)]
        if not speaking:
            return None, tuple(_outside(laws, load)) or (f"no law predicts {cost.metric}",)
        known = self._constants[pattern]
        for law in speaking:
            figure = self._asked(law, load, cost, known)
            if figure is not None:
                return figure, ()
        return None, (self._silence(speaking[0], load, known),)

    def _asked(
        self, law: Law, load: Load[Any], cost: Cost, known: Mapping[str, Constant]
    ) -> Figure | None:
        values = {name: one.value for name, one in known.items()}
        value = self._value(law, load, values)
        if not _is_cost(value):
            return None
        spread = (law.band * value) ** 2
        read = set(law.reads or ())
        for name, one in known.items() if self._advice.moves_constants else ():
            if one.low is None or one.high is None or not (name in read or name in self._shared):
                continue
            ends = [self._value(law, load, {**values, name: end}) for end in (one.low, one.high)]
            reach = [abs(end - value) for end in ends if math.isfinite(end)]
            if not reach:
                return None
            spread += fmean(reach) ** 2
        half = math.sqrt(spread)
        return Figure(cost, value, max(0.0, value - half), value + half, law)

    def _value(self, law: Law, load: Load[Any], constants: Mapping[str, float]) -> float:
        """What a law says of a load in its domain; a law of straight lines may go below zero."""
        facts = self._facts(load, constants)
        if not law.is_of_seed:
            return law.inside(load, facts)
        return math.fsum(law.inside(load, {**facts, SEED: seed}) for seed in SEEDS) / len(SEEDS)

    def _facts(self, load: Load[Any], constants: Mapping[str, float]) -> dict[str, float]:
        """The constants, and what is known of the trial that is predicted."""
        own = {}
        for name, function in self._advice.facts.items():
            try:
                own[name] = function(load, constants)
            except (KeyError, ValueError, ZeroDivisionError):
                continue  # the law then lacks it, and says so
        return {**constants, **own}

    def _silence(self, law: Law, load: Load[Any], known: Mapping[str, Constant]) -> str:
        """Why a law gives no cost of a load in its domain."""
        lacking = [name for name in law.reads or () if name not in known and "." in name]
        if lacking:
            return f"the constants {', '.join(lacking)} were not measured on this machine"
        values = {name: one.value for name, one in known.items()}
        if self._value(law, load, values) < 0:
            return (
                f"law {law.id} gives a cost below zero: its constants scatter by more than it costs"
            )
        reason = law.reason(load, {SEED: SEEDS[0], **self._facts(load, values)})
        return f"law {law.id} has no value for it{reason and f': {reason}'}"


def _known(advice: Advice, constants: Constants | None, pattern: str) -> dict[str, Constant]:
    """The constants that the laws of a pattern read, and those that their facts read."""
    if constants is None:
        return {}
    found = constants.of(pattern, [one for one in advice.laws if pattern in one.patterns])
    for calibration in advice.also:
        source = calibration.pattern or pattern
        names = map(calibration.key, calibration.facts)
        found |= {
            name: constants.by_key[source, name]
            for name in names
            if (source, name) in constants.by_key
        }
    return found


def _misses(workload: Workload, figures: Mapping[str, Figure], name: str) -> bool:
    return name in figures and figures[name].value > workload.limits[name]


def _outside(laws: Sequence[Law], load: Load[Any]) -> list[str]:
    """Which parts of a load lie outside: of the domain that is nearest to it."""
    found = [domain_text.outside(law.domain, load) for law in laws if law.domain]
    return min(found, key=len) if found else []


def _is_cost(value: float) -> bool:
    """Whether it is an amount that can be spent: nothing costs less than nothing."""
    return math.isfinite(value) and value >= 0


ORDER: Mapping[State, int] = {"meets": 0, "misses": 1, "unknown": 2, "excluded": 3}


def _ranked(workload: Workload, options: Sequence[Option]) -> list[Option]:
    """Those that meet the limits by the preferred cost, then those that miss least, the others."""

    def place(one: Option) -> tuple[int, float]:
        if one.state == "meets":
            return ORDER[one.state], one.figures[workload.prefer].value
        excess = (
            [one.figures[name].value / workload.limits[name] for name in one.why[:1]]
            if (one.state == "misses")
            else [0.0]
        )
        return ORDER[one.state], excess[0]

    return sorted(options, key=place)


def _is_close(workload: Workload, first: Option, other: Option) -> bool:
    """Whether what is known does not settle that the first is better."""
    if other.state == "misses":
        reached = all(other.figures[name].low <= workload.limits[name] for name in other.why)
        cheaper = workload.prefer in other.figures and (
            other.figures[workload.prefer].low <= first.figures[workload.prefer].value
        )
        return reached and cheaper
    return other.state == "meets" and (
        other.figures[workload.prefer].low <= first.figures[workload.prefer].high
    )


def _ways(advice: Advice, workload: Workload) -> Iterator[Way]:
    """The parameters along which a crossing is looked for: numbers of the workload."""
    parameters = parameters_of(workload.experiment.load)
    for one in advice.inputs:
        parameter = parameters[one.name]
        value = getattr(getattr(workload.load, parameter.section), parameter.attribute)
        if advice.steps and isinstance(one.drawn, Range | Either) and value > 0:
            yield Way(one.name, float(value), parameter.kind is int, advice.steps)
