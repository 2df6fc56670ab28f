"""From a run's trials to the evaluated run: the one place where numbers are made of data.  Pure.

Reads each trial's raw data once, one trial at a time, and lets it go: what
stays is small, but for the raw values of the group at hand.  Trials that are
void or failed are kept with their reason and never enter an estimate.  Must not
know where trials come from, nor any table or figure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from bench.analysis import (
    busy_machine,
    findings,
    groups,
    judging,
    lives,
    losses,
    predicting,
    raw,
    run_findings,
    strips,
    timelines,
    waterfalls,
)
from bench.analysis.evaluated import (
    Deliveries,
    Evaluated,
    ExperimentResult,
    Group,
    TrialResult,
)
from bench.analysis.metrics import compute, counts_of, metrics_of
from bench.analysis.outline import experiment_names, level_of, outline
from bench.analysis.trialdata import TrialData
from bench.model.experiment import Experiment
from bench.model.load import Load
from bench.model.records import RunFile, TrialFile
from bench.model.trial import Trial

NOTHING = Deliveries(0, 0, 0, 0, 0, 0)


class TrialSource(Protocol):
    """One trial that has ended; its raw data is large and asked for once."""

    @property
    def record(self) -> TrialFile: ...

    def data(self) -> TrialData: ...


class RunSource(Protocol):
    """A run's plan, its trials that have ended, and those still to come."""

    @property
    def folder(self) -> Path: ...

    @property
    def file(self) -> RunFile: ...

    @property
    def trials(self) -> Sequence[TrialSource]: ...

    @property
    def unfinished(self) -> Sequence[Trial]: ...


Parts = tuple[TrialResult, raw.RawValues, waterfalls.PieceRows | None]
"""A trial's result, and what of its raw data is pooled with that of its group."""


def evaluate(
    run: RunSource,
    experiments: Mapping[str, Experiment],
    compared: Mapping[str, Sequence[str]] | None = None,
) -> Evaluated:
    """Evaluate a run.

    `experiments` are those of the run; `compared` names each one's patterns of today that
    are compared, in the order in which colours are given out (default: those of the run).
    """
    results = tuple(
        _experiment(run, experiments[name], (compared or {}).get(name, ()))
        for name in experiment_names(run.file)
    )
    return Evaluated(run.folder, run.file, results, len(run.unfinished))


def _experiment(
    run: RunSource, experiment: Experiment, compared: Sequence[str]
) -> ExperimentResult:
    result = outline(run.file, [one.record for one in run.trials], experiment, compared)
    measured, calibration = (
        {
            key: _group(experiment, key[0], entries)
            for key, entries in _by_group(run.trials, experiment, calibrates).items()
        }
        for calibrates in (False, True)
    )
    result = dataclasses.replace(result, grid=measured, calibration=tuple(calibration.values()))
    result = predicting.with_predictions(result)
    records = [one.record for group in result.groups for one in group.trials]
    busy = busy_machine.of_machine(run.file.environment, records)
    found = [*([busy] if busy else []), *run_findings.of_run(result)]
    result = dataclasses.replace(result, findings=tuple(found))
    return dataclasses.replace(result, claims=judging.judged(result, judging.history_of(run.file)))


def _by_group(
    trials: Sequence[TrialSource], experiment: Experiment, calibrates: bool
) -> dict[tuple[str, str], list[TrialSource]]:
    """An experiment's trials that are compared, or that calibrate, by pattern and level text."""
    found: dict[tuple[str, str], list[TrialSource]] = {}
    for entry in trials:
        owner, _, pattern = entry.record.trial.pattern.partition("/")
        if owner == experiment.name and entry.record.trial.calibrates == calibrates:
            trial = entry.record.trial
            level = level_of(experiment, trial.level).text
            # Levels of the plan have texts of their own; others are known by all that was asked.
            at = repr(sorted(trial.load.items())) if calibrates else level
            found.setdefault((pattern, at), []).append(entry)
    return found


def _group(experiment: Experiment, pattern: str, entries: Sequence[TrialSource]) -> Group:
    level = level_of(experiment, entries[-1].record.trial.level)
    results, parts, pages = [], [], []
    for entry in sorted(entries, key=lambda one: one.record.trial.number):
        result, values, page = _trial(experiment, entry)
        results.append(result)
        parts.append(values)
        pages += [page] if page else []
    return groups.group(experiment, pattern, level, results, raw.pooled(parts), pages)


def _trial(experiment: Experiment, entry: TrialSource) -> Parts:
    """Evaluate one trial; what is pooled goes to the caller, all else of the raw data is freed."""
    record = entry.record
    if record.status != "ok":
        reason = record.reason or "no reason was recorded"
        return TrialResult(record, "failed", reason, {}, (), NOTHING, {}), raw.RawValues(), None
    if record.is_void:  # so its outcome is not read
        doubt = findings.disturbed(record.disturbed)
        void = TrialResult(record, "void", doubt.message, {}, (doubt,), NOTHING, {})
        return void, raw.RawValues(), None
    load = experiment.load.read(record.trial.load)
    unit = experiment.unit_of(record.trial.pattern.partition("/")[2], load)
    data = dataclasses.replace(entry.data(), unit=unit, units={})
    known = metrics_of(experiment)
    values, pooled = compute(data, known), raw.raw_values(data, known)
    doubts = tuple(findings.of_trial(data, record.counted, values, experiment))
    if record.disturbed:
        doubts = (findings.disturbed_and_kept(record.disturbed), *doubts)
    voids = [finding.message for finding in doubts if finding.severity == "void"]
    result = TrialResult(
        record=record,
        verdict="void" if voids else "used",
        reason="; ".join(voids),
        metrics=values,
        findings=doubts,
        deliveries=raw.deliveries_of(data),
        timeline=timelines.timeline_of(data),
        strips=strips.strips_of(data, experiment.progress),
        lives=lives.lives_of(data, experiment.life),
        loop_lag=timelines.loop_lag_of(data) if experiment.shows_loop_lag else None,
        losses=losses.losses_of(data, experiment.losses),
        goodput=timelines.goodput_of(data, experiment.in_time),
        course=timelines.course_of(data, experiment.course, _course_law(experiment, record, load)),
        roles=raw.role_loads(data.series, data.t0_ns, data.t1_ns),
        observations=raw.observation_counts(data, pooled, known),
        quantiles=raw.own_quantiles(data, known),
        errors=raw.errors_within(pooled, values, known),
        counts=counts_of(data, known),
    )
    return (
        (result, raw.RawValues(), None)
        if voids
        else (result, pooled, waterfalls.piece_rows(data, experiment.pieces))
    )


def _course_law(
    experiment: Experiment, record: TrialFile, load: Load[Any]
) -> timelines.CourseLaw | None:
    """The experiment's law of a share over time, for one trial."""
    law = experiment.course_law
    return law and partial(law, record.trial.pattern.partition("/")[2], load)


class TrialEvaluator:
    """Evaluates the trials of a run that grows: each is read once, its result is kept."""

    def __init__(self, experiments: Mapping[str, Experiment]) -> None:
        self._experiments = experiments
        self._results: dict[int, TrialResult] = {}

    def result(self, entry: TrialSource) -> TrialResult:
        """The same as in the evaluated run."""
        trial = entry.record.trial
        if trial.number not in self._results:
            experiment = self._experiments[trial.pattern.partition("/")[0]]
            self._results[trial.number], *_ = _trial(experiment, entry)
        return self._results[trial.number]
