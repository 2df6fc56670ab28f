"""The trials that measure a machine's constants for advice.  Pure.

Which they are follows from the calibrations that the laws of an experiment's advice declare, taken
over its default load.  Must not know any law.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.model import linktext, units
from bench.model.advice import Advice
from bench.model.experiment import Experiment
from bench.model.law import Calibration
from bench.model.load import parameters_of
from bench.model.trial import Trial

QUICK = ("warmup", "duration", "drain")


@dataclass(frozen=True)
class Source:
    """Trials of one pattern under one load (by field name), and whose facts they supply."""

    pattern: str
    calibration: Calibration
    load: dict[str, Any]
    level: dict[str, Any]


def sources_of(experiment: Experiment, advice: Advice) -> list[Source]:
    """All that the laws of the advice need, each once, by pattern."""
    found: dict[tuple[str, str], Source] = {}
    for pattern in advice.patterns:
        laws = [law for law in advice.laws if pattern in law.patterns]
        for calibration in (*advice.also, *(one for law in laws for one in law.calibration)):
            source = _source(experiment, calibration.pattern or pattern, calibration)
            known = found.setdefault((source.pattern, calibration.name), source)
            if known.load != source.load:
                raise ValueError(
                    f"{experiment.name}: two calibrations of {pattern} are called "
                    f"{calibration.name}; rename one"
                )
    return list(found.values())


def _source(experiment: Experiment, pattern: str, calibration: Calibration) -> Source:
    parameters = parameters_of(experiment.load)
    quick = {name: text for name, text in experiment.quick.items() if name in QUICK}
    base = experiment.load(
        **{parameters[k].field_name: units.parse(parameters[k], v) for k, v in quick.items()}
    )
    changes: dict[str, Any] = {}
    level: dict[str, Any] = {}
    for name, setting in calibration.settings.items():
        value = setting(base) if callable(setting) else setting
        parameter = parameters[name]
        level[name] = units.parse(parameter, value) if isinstance(value, str) else value
        changes[parameter.field_name] = level[name]
    values = base.values()
    whole = linktext.settled(values | changes, {*values, *changes})
    return Source(pattern, calibration, whole, level)


def trials_of_constants(
    experiment: Experiment, sources: Sequence[Source], repeats: int, seed: int
) -> list[Trial]:
    """All trials, in seeded order within each repeat; sources with the same load share theirs."""
    places: list[Source] = []
    for one in sources:
        if all((one.pattern, one.load) != (other.pattern, other.load) for other in places):
            places.append(one)
    order = random.Random(f"{seed}/constants")
    trials: list[Trial] = []
    for repeat in range(1, repeats + 1):
        block = list(places)
        order.shuffle(block)
        for place in block:
            own = random.Random(f"{seed}/constants/{repeat}").getrandbits(32)
            identity = f"{experiment.name}/{place.pattern}"
            trials.append(
                Trial(len(trials), identity, place.level, repeat, own, place.load, calibrates=True)
            )
    return trials
