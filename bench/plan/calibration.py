"""Trials that laws need for their facts, beside those that are compared.  Pure.

Each is planned once, however many laws and levels need it, and not at all where the plan has
that pattern under that load anyway.  Must not know any law.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model import linktext, units
from bench.model.experiment import Experiment
from bench.model.law import Calibration, Law
from bench.model.load import Load, parameters_of
from bench.model.trial import Trial
from bench.plan.trials import seed_of

Source = tuple[str, dict[str, Any]]
"""A pattern by its name, and a load by field name."""


@dataclass(frozen=True)
class Needed:
    """A calibration, one of the trials that need it, and under how many loads they do."""

    source: Source
    trial: Trial
    points: int

    def often(self, repeats: int, shared: int) -> int:
        """How often it is measured: in each repeat, or once for each point, up to `shared`."""
        return max(repeats, min(self.points, shared))


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


def needed_by(experiment: Experiment, trials: Iterable[Trial]) -> list[Needed]:
    """All that the laws need for these trials and that is not among them, each once."""
    placed = {_place(one.pattern.partition("/")[2], one.load): one for one in trials}
    found: dict[Any, tuple[Source, dict[Any, Trial]]] = {}
    for (pattern, values), trial in placed.items():
        load = experiment.load.read(trial.load)
        for law in experiment.predictions_for(pattern):
            for calibration in law.calibration:
                source = source_of(experiment, law, calibration, pattern, load)
                if source is not None and _place(*source) not in placed:
                    _, points = found.setdefault(_place(*source), (source, {}))
                    points[values] = trial
    return [
        Needed(source, next(iter(points.values())), len(points))
        for source, points in found.values()
    ]


def with_calibration(
    experiment: Experiment,
    trials: Sequence[Trial],
    patterns: Sequence[str],
    seed: int,
    shared: int = 1,
) -> list[Trial]:
    """The trials of one experiment with those that its laws need, interleaved in each repeat.

    `patterns` are the names of those that can be measured here.  The error of one calibration
    trial is in all points that share it.  So it is measured once for each of them, up to `shared`
    times; those beyond the plan's repeats are repeats of its own.
    """
    needed = [one for one in needed_by(experiment, trials) if one.source[0] in patterns]
    if not needed:
        return list(trials)
    blocks = [list(block) for _, block in itertools.groupby(trials, lambda one: one.repeat)]
    found: list[Trial] = []
    for place, block in enumerate(blocks):
        own = block[0].repeat, block[0].seed
        random_order = random.Random(f"{seed}/calibration/{own[0]}")
        for one in needed:
            more = range(len(blocks) + 1, one.often(len(blocks), shared) + 1)
            extra = [(at, seed_of(seed, at)) for at in more if at % len(blocks) == place]
            for repeat, its_seed in (own, *extra):
                added = _calibrating(experiment, one, repeat, its_seed)
                block.insert(random_order.randint(0, len(block)), added)
        found += block
    first = trials[0].number
    return [dataclasses.replace(one, number=first + at) for at, one in enumerate(found)]


def _calibrating(experiment: Experiment, needed: Needed, repeat: int, seed: int) -> Trial:
    pattern, load = needed.source
    level = _level(experiment, needed.trial, load)
    identity = f"{experiment.name}/{pattern}"
    return Trial(0, identity, level, repeat, seed, load, calibrates=True)


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
