"""Trials that laws need for their facts, beside those that are compared.  Pure.

Each is planned once, however many laws and levels need it, and not at all where the plan has
that pattern under that load anyway.  Must not know any law.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.model import linktext, units
from bench.model.experiment import Experiment
from bench.model.law import Calibration, Law
from bench.model.load import Load, parameters_of
from bench.model.trial import Trial

Source = tuple[str, dict[str, Any]]
"""A pattern by its name, and a load by field name."""


def source_of(
    experiment: Experiment, law: Law, calibration: Calibration, pattern: str, load: Load[Any]
) -> Source | None:
    """The pattern and load that calibrate a law for a load; None where there is no need or way.

    There is no need outside the law's domain, and no way where it would be the same trial.
    """
    if not law.speaks_of(load):
        return None
    parameters = parameters_of(experiment.load)
    changes = {}
    for name, setting in calibration.settings.items():
        value = setting(load) if callable(setting) else setting
        parameter = parameters[name]
        changes[parameter.field_name] = (
            units.parse(parameter, value) if isinstance(value, str) else value
        )
    values = load.values()
    whole = linktext.settled(values | changes, {*values, *changes})
    name = calibration.pattern or pattern
    return None if name == pattern and whole == values else (name, whole)


def sources_of(experiment: Experiment, trials: Iterable[Trial]) -> list[tuple[Source, Trial]]:
    """All that the laws need for these trials and that is not among them, each once.

    With each comes one of the trials that need it.
    """
    placed = {_place(one.pattern.partition("/")[2], one.load): one for one in trials}
    found: dict[Any, tuple[Source, Trial]] = {}
    for (pattern, _), trial in placed.items():
        load = experiment.load.read(trial.load)
        for law in experiment.predictions_for(pattern):
            for calibration in law.calibration:
                source = source_of(experiment, law, calibration, pattern, load)
                if source is not None and _place(*source) not in placed:
                    found.setdefault(_place(*source), (source, trial))
    return list(found.values())


def with_calibration(
    experiment: Experiment, trials: Sequence[Trial], patterns: Sequence[str], seed: int
) -> list[Trial]:
    """The trials of one experiment with those that its laws need, interleaved in each repeat.

    `patterns` are the names of those that can be measured here.
    """
    needed = [one for one in sources_of(experiment, trials) if one[0][0] in patterns]
    if not needed:
        return list(trials)
    found: list[Trial] = []
    for repeat, block in itertools.groupby(trials, lambda one: one.repeat):
        whole = list(block)
        random_order = random.Random(f"{seed}/calibration/{repeat}")
        for (pattern, load), trial in needed:
            identity = f"{experiment.name}/{pattern}"
            level = _level(experiment, trial, load)
            added = Trial(0, identity, level, repeat, whole[0].seed, load, calibrates=True)
            whole.insert(random_order.randint(0, len(whole)), added)
        found += whole
    first = trials[0].number
    return [dataclasses.replace(one, number=first + at) for at, one in enumerate(found)]


def _level(experiment: Experiment, trial: Trial, load: Mapping[str, Any]) -> dict[str, Any]:
    """What the calibration of a trial is called by: its level, and in what it differs."""
    names = {one.field_name: one.name for one in parameters_of(experiment.load).values()}
    level = {
        name: load[field] for field, name in names.items() if load[field] != trial.load.get(field)
    }
    return {**{name: load[_field(names, name)] for name in trial.level}, **level}


def _field(names: Mapping[str, str], public: str) -> str:
    return next(field for field, name in names.items() if name == public)


def _place(pattern: str, values: Mapping[str, Any]) -> Any:
    return pattern, frozenset(values.items())
