"""The trials that claims need, and no others.  Pure.

Claims share scenes, and scenes may share trials: each is made once.  All of a
repeat form one interleaved block, as in every plan.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any

from bench.model import Claim, Experiment, Pattern, Scene, Trial, UsageError, parameters_of
from bench.plan import Request, parse_settings, seed_of

ALL = "all"
NOT_A_LEVEL = ("duration", "warmup", "drain")
"""How long a trial takes is no level: it is not what is compared."""


def chosen_claims(experiment: Experiment, text: str) -> list[Claim]:
    """`N1,N6` or `all`; UsageError for an id that the experiment has not."""
    known = {claim.id: claim for claim in experiment.claims}
    if text == ALL:
        return list(known.values())
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(
                f"claims={name}: {experiment.name} has no such claim; it has {', '.join(known)}"
            )
    if not names:
        raise UsageError(f"claims={text}: names no claim; write e.g. --claims N1,N6 or all")
    return [known[name] for name in names]


@dataclasses.dataclass(frozen=True)
class Place:
    """One pattern at one level."""

    pattern: str
    level: Mapping[str, Any]
    load: Mapping[str, Any]


def places_of(
    experiment: Experiment, scene: Scene, patterns: Sequence[Pattern], settings: Mapping[str, str]
) -> list[Place]:
    """A scene's levels for those of its patterns that can run; `settings` outweigh its own."""
    wanted = {**scene.settings, **settings}
    fixed, swept = parse_settings(experiment, wanted)
    parameters = parameters_of(experiment.load)
    base = dataclasses.asdict(experiment.load(**fixed))
    named = [name for name in wanted if name not in NOT_A_LEVEL]
    places = []
    for values in itertools.product(*swept.values()):
        chosen = dict(zip(swept, values, strict=True))
        load = base | {parameters[name].field_name: value for name, value in chosen.items()}
        level = {name: load[parameters[name].field_name] for name in named}
        places += [
            Place(pattern.id, level, load) for pattern in patterns if pattern.name in scene.patterns
        ]
    return places


def trials_of_claims(
    experiment: Experiment,
    claims: Sequence[Claim],
    patterns: Sequence[Pattern],
    request: Request,
    first_number: int = 0,
) -> list[Trial]:
    """All trials of the claims' scenes, in the order in which they are to be run."""
    scenes = {id(scene): scene for claim in claims for scene in claim.scenes}
    places: list[Place] = []
    for scene in scenes.values():
        for place in places_of(experiment, scene, patterns, request.settings):
            if place not in places:
                places.append(place)
    order = random.Random(request.seed)
    trials: list[Trial] = []
    for repeat in range(1, request.repeats + 1):
        block = list(places)
        order.shuffle(block)
        seed = seed_of(request.seed, repeat)
        trials += [
            Trial(first_number + len(trials) + place, at.pattern, at.level, repeat, seed, at.load)
            for place, at in enumerate(block)
        ]
    return trials
