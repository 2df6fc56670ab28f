"""Points drawn at random from the domains of laws, and the trials that measure them.  Pure.

Laws with the same domain share their points, and a pattern is measured only where one of its
laws speaks.  The points depend on the domain and the seed alone, so that they are the same
whichever laws are audited together.  Must not know any law.
"""

from __future__ import annotations

import dataclasses
import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model import hints, linktext, units
from bench.model.domain import (
    LENGTHS,
    SINGLES,
    Domain,
    Either,
    Free,
    Range,
    Template,
    Wanted,
    link_of,
)
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.model.links import LOOPBACK
from bench.model.load import Parameter, parameters_of
from bench.model.trial import Trial

TRIES = 500
"""So many draws for each point that is asked for."""

DIGITS = 3
"""Significant digits of a number that is drawn: enough to be anywhere, few enough to be read."""

STEPS_PER_S = 10
"""Windows are whole tenths of a second."""


@dataclass(frozen=True)
class Point:
    """One load, by field name; `level` are the drawn parameters by public name."""

    load: Mapping[str, Any]
    level: Mapping[str, Any]


@dataclass(frozen=True)
class Ground:
    """A domain with the laws that claim to hold in it, and the points drawn from it."""

    domain: Domain
    laws: tuple[Law, ...]
    points: tuple[Point, ...] = ()

    @property
    def patterns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for law in self.laws for name in law.patterns))


def chosen_laws(experiment: Experiment, text: str, seed: int) -> list[Law]:
    """The laws named by their ids, or all; UsageError where they cannot be audited.

    The seed must not be one with which any of them was fitted.
    """
    ids = dict.fromkeys(one for law in experiment.predictions for one in law.ids)
    wanted = [name.strip() for name in text.split(",") if name.strip()] or list(ids)
    for name in wanted:
        if name not in ids:
            known = f"{experiment.name} has {', '.join(ids)}" if ids else "the experiment has none"
            raise UsageError(f"law={name}: unknown law; {hints.meant(name, ids, known)}")
    found = [law for law in experiment.predictions if set(law.ids) & set(wanted)]
    if not found:
        raise UsageError(f"{experiment.name}: has no laws; name another experiment")
    for law in found:
        if law.domain is None:
            raise UsageError(f"law {law.id}: states no domain; add one to audit it")
        if seed in law.fitted_with:
            raise UsageError(
                f"seed={seed}: law {law.id} ({law.metric}) was fitted with it; an audit needs a "
                f"seed that the law has not seen, e.g. --seed {unseen(experiment, seed)}"
            )
    return found


def unseen(experiment: Experiment, seed: int) -> int:
    """The next seed with which no law of an experiment was fitted."""
    seen = {one for law in experiment.predictions for one in law.fitted_with}
    while seed in seen:
        seed += 1
    return seed


def grounds_of(laws: Sequence[Law]) -> list[Ground]:
    """The laws by their domain, in their order; those without one are left out."""
    found: list[Ground] = []
    for law in laws:
        if law.domain is None:
            continue
        place = next((at for at, one in enumerate(found) if one.domain == law.domain), None)
        if place is None:
            found.append(Ground(law.domain, (law,)))
        else:
            found[place] = dataclasses.replace(found[place], laws=(*found[place].laws, law))
    return found


def with_points(experiment: Experiment, ground: Ground, count: int, seed: int) -> Ground:
    """The ground with so many different points; fewer where its choices make no more.

    UsageError where its conditions leave too little of its ranges to find them.
    """
    source = random.Random(f"{seed}/{_content(ground.domain)}")
    wanted = int(min(count, _combinations(ground.domain)))
    found: list[Point] = []
    for _ in range(TRIES * count):
        if len(found) == wanted:
            break
        point = drawn(experiment, ground.domain, source)
        if point is not None and all(point.load != other.load for other in found):
            found.append(point)
    if len(found) < wanted and (wanted == count or not found):
        ids = ", ".join(dict.fromkeys(law.id for law in ground.laws))
        raise UsageError(
            f"law {ids}: {len(found)} of {count} points found in {TRIES * count:,} draws; "
            f"{_reason(ground.domain)}"
        )
    return dataclasses.replace(ground, points=tuple(found))


def _combinations(domain: Domain) -> float:
    """How many different points the choices of a domain make; infinite where it has ranges."""
    wanted = domain.load.values()
    if any(isinstance(one, Range | Either | Template) for one in wanted):
        return math.inf
    return math.prod(len(one) for one in wanted if isinstance(one, tuple))


def _content(domain: Domain) -> str:
    """What a domain's points depend on, as text."""
    noun = domain.units.noun if domain.units else ""
    return repr((sorted(domain.load.items()), [one.text for one in domain.where], noun))


def _reason(domain: Domain) -> str:
    texts = [one.text for one in domain.where]
    if domain.units:
        unit = domain.units
        texts.append(f"a window of at most {unit.at_most_s:g} s for {unit.count} {unit.noun}")
    if not texts:
        return "its ranges are too narrow"
    return f"its conditions leave too little of its ranges: {'; '.join(texts)}"


def drawn(experiment: Experiment, domain: Domain, source: random.Random) -> Point | None:
    """One point anywhere in the ranges; None where it does not lie in the domain.

    Its window is as long as the domain's units need.
    """
    known = parameters_of(experiment.load)
    given = _defaults(experiment, known)
    level: dict[str, Any] = {}
    for name, parameter in known.items():  # the parameter that names a link comes first
        wanted = domain.load.get(name)
        if wanted is None or _is_absent(parameter, given):
            continue
        given[parameter.field_name] = value = value_of(wanted, parameter, source)
        if _varies(wanted):
            level[name] = value
    base = experiment.load(**given).values()
    load = linktext.settled(base, given)
    asked = experiment.load(**load)
    if not domain.has(asked):
        return None
    window_s = domain.window_s(asked)
    if window_s and "duration" not in domain.load:
        if domain.units and window_s > domain.units.at_most_s:
            return None
        load["duration_s"] = math.ceil(round(window_s * STEPS_PER_S, 6)) / STEPS_PER_S
    experiment.check(experiment.load(**load))
    experiment.check_link(experiment.load(**load))
    return Point(load, {name: load[known[name].field_name] for name in level})


def _defaults(experiment: Experiment, known: Mapping[str, Parameter]) -> dict[str, Any]:
    """How long is measured where the domain does not say: as with --quick."""
    quick = {name: text for name, text in experiment.quick.items() if name in LENGTHS}
    return {known[name].field_name: units.parse(known[name], text) for name, text in quick.items()}


def _is_absent(parameter: Parameter, given: Mapping[str, Any]) -> bool:
    """Whether it describes a link that the point does not have."""
    which = link_of(parameter)
    return bool(which) and which != parameter.name and given.get(which, LOOPBACK) == LOOPBACK


def _varies(wanted: Wanted) -> bool:
    return not isinstance(wanted, Free) and not (isinstance(wanted, tuple) and len(wanted) == 1)


def value_of(wanted: Wanted, parameter: Parameter, source: random.Random) -> Any:
    match wanted:
        case Range():
            return number_of(wanted, source, is_whole=parameter.kind is int)
        case Either():
            if source.randrange(SINGLES):
                return value_of(wanted.range, parameter, source)
            return source.choice(wanted.values)
        case Template():
            return re.sub(
                r"\{(\w+)\}",
                lambda found: f"{number_of(wanted.ranges[found[1]], source):g}",
                wanted.text,
            )
        case Free():
            return parameter.default if wanted.drawn is None else wanted.drawn
    return source.choice(wanted)


def number_of(wanted: Range, source: random.Random, is_whole: bool = False) -> float:
    """A number of the range, evenly over its logarithm where it has one, rounded within it."""
    low, high = wanted.low, wanted.high
    if is_whole:
        low, high = math.ceil(low), math.floor(high)
    if wanted.is_logarithmic:
        # Half a step to both sides, so that whole numbers at the ends are as likely as others.
        half = 0.5 if is_whole else 0.0
        ends = math.log(max(low - half, low / 2)), math.log(high + half)
        value = math.exp(source.uniform(*ends))
    else:
        value = source.uniform(low - (0.5 if is_whole else 0.0), high + (0.5 if is_whole else 0.0))
    value = round(value) if is_whole else value
    rounded = min(max(float(f"{value:.{DIGITS}g}"), low), high)
    return int(rounded) if is_whole else rounded


def trials_of_audit(
    experiment: Experiment,
    grounds: Sequence[Ground],
    patterns: Sequence[str],
    repeats: int,
    seed: int,
) -> list[Trial]:
    """All trials of an audit in seeded order within each repeat, without those that calibrate.

    `patterns` are those that are measured.  All patterns at one point share its seed.
    """
    points = [(ground, point) for ground in grounds for point in ground.points]
    places = [
        (number, name, point)
        for number, (ground, point) in enumerate(points)
        for name in ground.patterns
        if name in patterns
    ]
    order = random.Random(f"{seed}/order")
    trials: list[Trial] = []
    for repeat in range(1, repeats + 1):
        block = list(places)
        order.shuffle(block)
        for number, name, point in block:
            identity = f"{experiment.name}/{name}"
            own = random.Random(f"{seed}/{repeat}/{number}").getrandbits(32)
            trials.append(Trial(len(trials), identity, point.level, repeat, own, point.load))
    return trials
