"""What the laws say of each group, with the facts that they may read.  Pure.

Facts come from the group itself and from its laws' calibration trials, which may be other
groups of the same run.  Must not know any law.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from bench.analysis.evaluated import ExperimentResult, Group, Predicted
from bench.model.experiment import Experiment
from bench.model.law import SEED, Law
from bench.model.load import Load
from bench.plan.calibration import source_of
from bench.stats.estimates import Estimate

Place = tuple[str, frozenset[tuple[str, Any]]]


def with_predictions(result: ExperimentResult) -> ExperimentResult:
    """The experiment's result with the laws' values in each group that is compared."""
    groups = [*result.grid.values(), *result.calibration]
    known = {_place(one.pattern, one.load.values()): one for one in groups if one.used}
    grid = {key: _predicted(result.experiment, one, known) for key, one in result.grid.items()}
    return dataclasses.replace(result, grid=grid)


def _predicted(experiment: Experiment, group: Group, known: Mapping[Place, Group]) -> Group:
    calibrated = calibrated_facts(experiment, group, known)
    seeds = [trial.record.trial.seed for trial in group.used]
    found = predictions_of(
        experiment, group.pattern, group.load, group.estimates, calibrated, seeds
    )
    return dataclasses.replace(group, calibrated=calibrated, predicted=tuple(found))


def _place(pattern: str, values: Mapping[str, Any]) -> Place:
    return pattern, frozenset(values.items())


def calibrated_facts(
    experiment: Experiment, group: Group, known: Mapping[Place, Group]
) -> dict[str, float]:
    """The facts of calibration trials that the laws of a group read; those that are there."""
    facts: dict[str, float] = {}
    for law in experiment.predictions_for(group.pattern):
        for calibration in law.calibration:
            source = source_of(experiment, law, calibration, group.pattern, group.load)
            other = known.get(_place(*source)) if source else None
            if other is not None:
                values = {key: centre_of(other, key) for key in calibration.facts}
                facts |= {calibration.key(k): v for k, v in values.items() if not math.isnan(v)}
    return facts


def centre_of(group: Group, key: str) -> float:
    """A metric's value for a law: the median of three trials or more, else the group's.

    One calibration trial in ten is disturbed; a mean would pass that on to every prediction.
    """
    values = [value for one in group.used if not math.isnan(value := one.value(key))]
    return statistics.median(values) if len(values) > 2 else group.estimates[key].value


def predictions_of(
    experiment: Experiment,
    pattern: str,
    load: Load[Any],
    estimates: Mapping[str, Estimate],
    calibrated: Mapping[str, float] | None = None,
    seeds: Sequence[int] = (),
) -> list[Predicted]:
    """The laws' values; a law outside its domain or without its facts says nothing.

    One that follows a trial's schedule is asked for each of the trials' seeds.
    """
    own = {key: one.value for key, one in estimates.items() if not math.isnan(one.value)}
    facts = {**own, **(calibrated or {})}
    laws: Sequence[Law] = experiment.predictions_for(pattern)
    values = [(law, _value(law, load, facts, seeds)) for law in laws if law.metric in own]
    return [
        Predicted(
            law.id,
            law.formula,
            law.source,
            law.metric,
            value,
            estimates[law.metric],
            law.band,
            law.is_only_fitted,
        )
        for law, value in values
        if math.isfinite(value)
    ]


def _value(law: Law, load: Load[Any], facts: Mapping[str, float], seeds: Sequence[int]) -> float:
    if not law.is_of_seed:
        return law(load, facts)
    values = [law(load, {**facts, SEED: seed}) for seed in seeds]
    return math.fsum(values) / len(values) if values else math.nan
