"""The trials that claims need, and no others.  Pure.

Claims share setups, and setups may share trials: each is made once.  All of a
repeat form one interleaved block, as in every plan.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence
from typing import Any

from bench.model import hints
from bench.model.claim import Claim, ClaimSetup
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.model.load import FAULT, parameters_of
from bench.model.pattern import Pattern
from bench.model.trial import Trial
from bench.plan.trials import REPEATS, Request, loads_of, seed_of

ALL = "all"
LENGTHS = ("duration", "warmup", "drain")
"""How long a trial takes is no level, but where two levels differ in nothing else."""


def chosen_claims(experiment: Experiment, text: str) -> list[Claim]:
    """`N1,N6` or `all`; UsageError for an id that the experiment has not."""
    known = {claim.id: claim for claim in experiment.claims}
    if not known:
        raise UsageError(f"claims={text}: {experiment.name} has no claims; remove --claims")
    if text == ALL:
        return list(known.values())
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            there = f"{experiment.name} has {', '.join(known)}"
            raise UsageError(f"claims={name}: unknown claim; {hints.meant(name, known, there)}")
    if not names:
        raise UsageError(f"claims={text}: no claim is named; write e.g. --claims N1,N6 or all")
    return [known[name] for name in dict.fromkeys(names)]


def laws_of(claims: Sequence[Claim]) -> list[Law]:
    """The laws that the claims' rules hold against numbers: only these need calibration."""
    found: dict[int, Law] = {}
    waiting: list[Any] = [one for claim in claims for one in (claim.rule, *claim.preconditions)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Law):
            found[id(one)] = one
        elif isinstance(one, tuple):
            waiting += one
        elif dataclasses.is_dataclass(one) and not isinstance(one, type):
            waiting += [getattr(one, entry.name) for entry in dataclasses.fields(one)]
    return list(found.values())


@dataclasses.dataclass(frozen=True)
class PlannedLoad:
    """One pattern under one load; `named` are the parameters that its setup speaks of."""

    pattern: str
    load: Mapping[str, Any]
    named: tuple[str, ...] = dataclasses.field(compare=False)


def places_of(
    experiment: Experiment,
    setup: ClaimSetup,
    patterns: Sequence[Pattern],
    settings: Mapping[str, str],
) -> list[PlannedLoad]:
    """A setup's loads for those of its patterns that can run; `settings` outweigh its own."""
    wanted = {**setup.settings, **settings}
    return [
        PlannedLoad(pattern.id, load, tuple(wanted))
        for _, load in loads_of(experiment, wanted)
        for pattern in patterns
        if pattern.name in setup.patterns
    ]


def levels_of(experiment: Experiment, places: Sequence[PlannedLoad]) -> list[dict[str, Any]]:
    """What each place is called by: the same for equal loads, different for different ones.

    Texts (the path of a trace) are no level: they are long.  Faults are one, as claims may
    differ by nothing else.
    """
    fields = {
        name: parameter.field_name
        for name, parameter in parameters_of(experiment.load).items()
        if parameter.kind is not str or parameter.choices or name == FAULT
    }
    spoken = [
        {name: place.load[fields[name]] for name in place.named if name in fields}
        for place in places
    ]
    brief = [
        {name: value for name, value in level.items() if name not in LENGTHS} for level in spoken
    ]
    levels: list[dict[str, Any]] = []
    for place, whole, short in zip(places, spoken, brief, strict=True):
        twin = next((i for i, other in enumerate(places) if other.load == place.load), len(levels))
        is_clear = all(
            other.load == place.load
            for other, called in zip(places, brief, strict=True)
            if called == short
        )
        levels.append(levels[twin] if twin < len(levels) else short if is_clear else whole)
    return levels


def trials_of_claims(
    experiment: Experiment,
    claims: Sequence[Claim],
    patterns: Sequence[Pattern],
    request: Request,
    first_number: int = 0,
) -> list[Trial]:
    """All trials of the claims' setups, in the order in which they are to be run."""
    if request.repeats < 1:
        raise UsageError(
            f"repeats={request.repeats}: must be at least 1; write --repeats {REPEATS}"
        )
    setups = {id(setup): setup for claim in claims for setup in claim.setups}
    places: list[PlannedLoad] = []
    for setup in setups.values():
        for place in places_of(experiment, setup, patterns, request.settings):
            if place not in places:
                places.append(place)
    if not places:
        ids = ",".join(claim.id for claim in claims)
        needed = dict.fromkeys(name for setup in setups.values() for name in setup.patterns)
        raise UsageError(
            f"claims={ids}: they need patterns that were not chosen; "
            f"name {experiment.name} or one of {', '.join(needed)}"
        )
    called = list(zip(places, levels_of(experiment, places), strict=True))
    order = random.Random(request.seed)
    trials: list[Trial] = []
    for repeat in range(1, request.repeats + 1):
        block = list(called)
        order.shuffle(block)
        seed = seed_of(request.seed, repeat)
        trials += [
            Trial(first_number + len(trials) + at, place.pattern, level, repeat, seed, place.load)
            for at, (place, level) in enumerate(block)
        ]
    return trials
