"""What evaluation has found, as data that can be kept and put back.  Pure.

Functions (laws, rules, load classes) are not data: they come from the experiment when
numbers are put back.  Must not know where and in which form they are kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analysis import judging
from bench.analysis.evaluate import RunSource
from bench.analysis.evaluated import Evaluated, ExperimentResult, Group, GroupNumbers
from bench.analysis.outline import outline
from bench.model.experiment import Experiment
from bench.model.finding import Finding
from bench.verdicts.judgement import Judgement


@dataclass(frozen=True)
class Kept:
    """An experiment's numbers: its groups, those that calibrate, each claim's judgement by id."""

    experiment: str
    groups: tuple[GroupNumbers, ...]
    judgements: Mapping[str, Judgement]
    calibration: tuple[GroupNumbers, ...] = ()
    findings: tuple[Finding, ...] = ()


def kept(evaluated: Evaluated) -> list[Kept]:
    """What is to be kept of an evaluated run."""
    return [
        Kept(
            result.name,
            tuple(GroupNumbers(**_fields(group)) for group in result.grid.values()),
            {one.claim.id: one.judgement for one in result.claims},
            tuple(GroupNumbers(**_fields(group)) for group in result.calibration),
            result.findings,
        )
        for result in evaluated.experiments
    ]


def restored(
    run: RunSource,
    experiments: Mapping[str, Experiment],
    compared: Mapping[str, Sequence[str]],
    found: Sequence[Kept],
) -> Evaluated:
    """The evaluated run, from what was kept of it: the same as `evaluate` makes anew.

    KeyError where it is of a run with other claims or experiments.
    """
    records = [one.record for one in run.trials]
    results = []
    for one in found:
        experiment = experiments[one.experiment]
        result = outline(run.file, records, experiment, compared.get(experiment.name, ()))
        results.append(_filled(result, one))
    return Evaluated(run.folder, run.file, tuple(results), len(run.unfinished))


def _filled(result: ExperimentResult, found: Kept) -> ExperimentResult:
    experiment = result.experiment
    whole = dataclasses.replace(
        result,
        grid={(one.pattern, one.level.text): _group(experiment, one) for one in found.groups},
        calibration=tuple(_group(experiment, one) for one in found.calibration),
        findings=found.findings,
    )
    claims = [
        judging.with_remedy(whole, claim, found.judgements[claim.id]) for claim in experiment.claims
    ]
    return dataclasses.replace(whole, claims=tuple(claims))


def _group(experiment: Experiment, numbers: GroupNumbers) -> Group:
    load = experiment.load.read(numbers.trials[0].record.trial.load)
    return Group(**_fields(numbers), load=load)


def _fields(numbers: GroupNumbers) -> dict[str, Any]:
    return {one.name: getattr(numbers, one.name) for one in dataclasses.fields(GroupNumbers)}
