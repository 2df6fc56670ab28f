"""A workload that somebody describes: texts by name, made into a load, limits and needs.  Pure.

Every value is checked; what is wrong is said in one line with its remedy.  Also workloads drawn at
random.  Must not know any experiment, nor how advice is found.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model import hints, linktext, units
from bench.model.advice import Advice, Cost
from bench.model.domain import link_of
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.links import EMULATED
from bench.model.load import ALSO_CALLED, Load, Parameter, parameters_of
from bench.plan import audit

EXPERIMENT, PREFER = "experiment", "prefer"


@dataclass(frozen=True)
class Workload:
    """What is asked: a load, limits (by the cost's name, in the metric's unit), needs (by name).

    `given` are the parameters that were given, by public name, and those that follow (`follows`).
    `prefer` is the cost by which patterns are ranked.
    """

    experiment: Experiment
    advice: Advice
    load: Load[Any]
    given: Mapping[str, Any]
    limits: Mapping[str, float]
    needs: Mapping[str, str]
    prefer: str
    follows: tuple[str, ...] = ()

    def at(self, name: str, value: Any) -> Workload:
        """The same with another value of one parameter; what follows from the load is as it was."""
        parameter = parameters_of(self.experiment.load)[name]
        load = self.load.values() | {parameter.field_name: value}
        given = {**self.given, name: value}
        return dataclasses.replace(self, load=self.experiment.load(**load), given=given)


def advice_of(experiment: Experiment, known: Mapping[str, Experiment]) -> Advice:
    """What an experiment can advise on; UsageError with those that can where it has nothing."""
    if experiment.advice is None:
        able = ", ".join(name for name, one in known.items() if one.advice is not None)
        raise UsageError(f"{experiment.name}: has no advice; there is {able}")
    return experiment.advice


def names_of(experiment: Experiment, advice: Advice) -> dict[str, str]:
    """Every name that a workload may give, and what it means."""
    parameters = parameters_of(experiment.load)
    inputs = {one.name: parameters[one.name].meaning for one in advice.inputs}
    more = {name: parameters[name].meaning for name in parameters if name not in inputs}
    needs = {one.name: one.question for one in advice.needs}
    # A need's name stands before a parameter's: it asks the same in the reader's words.
    return {
        **inputs,
        **{one.name: one.question for one in advice.costs},
        PREFER: "the cost by which patterns are ranked",
        **more,
        **needs,
    }


def workload_of(experiment: Experiment, advice: Advice, texts: Mapping[str, str]) -> Workload:
    """The workload of texts by name; UsageError where a name or a value is none."""
    parameters = parameters_of(experiment.load)
    known = names_of(experiment, advice)
    costs = {one.name: one for one in advice.costs}
    needs = {one.name: one for one in advice.needs}
    limits: dict[str, float] = {}
    answers = {one.name: one.answers[0] for one in advice.needs}
    given: dict[str, Any] = {}
    prefer = advice.costs[0].name
    for name, text in texts.items():
        if name not in known:
            raise UsageError(f"{name}={text}: unknown; {_meant(name, known)}")
        if name in costs:
            limits[name] = limit_of(costs[name], text)
        elif name == PREFER:
            prefer = _one_of(PREFER, text, list(costs))
        elif name in needs:
            answers[name] = _one_of(name, text, needs[name].answers)
        else:
            given[name] = units.parse(parameters[name], text)
    return made(experiment, advice, given, limits, answers, prefer)


def made(
    experiment: Experiment,
    advice: Advice,
    given: Mapping[str, Any],
    limits: Mapping[str, float],
    needs: Mapping[str, str],
    prefer: str,
) -> Workload:
    """The workload of values; UsageError where they do not go together."""
    parameters = parameters_of(experiment.load)
    load = _load(experiment, parameters, given)
    follows = {
        name: value
        for name, value in advice.settle(load, limits, given.keys()).items()
        if name not in given
    }
    if follows:
        load = _load(experiment, parameters, {**given, **follows})
    experiment.check(load)
    whole = {**given, **follows}
    return Workload(experiment, advice, load, whole, limits, needs, prefer, tuple(follows))


def _load(
    experiment: Experiment, parameters: Mapping[str, Parameter], given: Mapping[str, Any]
) -> Load[Any]:
    # A round trip of nothing, as somebody answers who has no distance, asks for no link.
    asked = {
        name: value
        for name, value in given.items()
        if not (which := link_of(parameters[name]))
        or which in given
        or value != parameters[name].default
    }
    described = {link_of(parameters[name]) for name in asked} - {"", *asked}
    asked |= dict.fromkeys(described, EMULATED)
    fields = {parameters[name].field_name: value for name, value in asked.items()}
    whole = experiment.load(**fields).values()
    return experiment.load(**linktext.settled(whole, fields.keys()))


def limit_of(cost: Cost, text: str) -> float:
    """A limit in the metric's unit; UsageError where it is none or allows nothing."""
    value = units.quantity(text, cost.unit, cost.name)
    if value <= 0:
        raise UsageError(f"{cost.name}={text}: allows nothing; name more than 0, or leave it out")
    return value * cost.factor


def _one_of(name: str, text: str, known: Sequence[str]) -> str:
    if text not in known:
        remedy = hints.meant(text, known, f"use {' or '.join(known)}")
        raise UsageError(f"{name}={text}: unknown value; {remedy}")
    return text


def _meant(name: str, known: Mapping[str, str]) -> str:
    if (other := ALSO_CALLED.get(name)) in known:
        return f"did you mean {other}?"
    if near := hints.nearest(name, known):
        return f"did you mean {' or '.join(near)}?"
    return f"there is {', '.join(known)}"


LIMITED = 3
"""One cost in so many has a limit in a random workload."""


def drawn(experiment: Experiment, advice: Advice, source: random.Random) -> Workload | None:
    """A random workload; None where its values do not go together or its window is too long.

    Its window is as long as the laws of its costs need.
    """
    parameters = parameters_of(experiment.load)
    given = {
        one.name: audit.value_of(one.drawn, parameters[one.name], source) for one in advice.inputs
    }
    prefer = source.choice(advice.costs).name
    limits = {
        one.name: audit.number_of(one.drawn, source) * one.factor
        for one in advice.costs
        if not source.randrange(LIMITED) and one.drawn is not None
    }
    needs = {one.name: one.answers[0] for one in advice.needs}
    try:
        found = made(experiment, advice, given, limits, needs, prefer)
        window_s = window_of(found)
        if not math.isfinite(window_s):
            return None
        return made(experiment, advice, {**given, "duration": window_s}, limits, needs, prefer)
    except UsageError:
        return None


def window_of(workload: Workload) -> float:
    """Seconds that the domains of the laws of its costs need; infinite where that is too long."""
    longest = 1.0
    for law in workload.advice.laws:
        units_of = law.domain.units if law.domain else None
        if law.domain is not None and units_of is not None and law.domain.has(workload.load):
            needed = law.domain.window_s(workload.load)
            if needed > units_of.at_most_s:
                return math.inf
            longest = max(longest, needed)
    return math.ceil(longest * audit.STEPS_PER_S) / audit.STEPS_PER_S
