"""From a run's trials to the evaluated run: the one place where numbers are made of data.  Pure.

Reads each trial's raw data once, one trial at a time, and lets it go: what
stays is small, but for the raw values of the group at hand.  Trials that are
void or failed are kept with their reason and never enter an estimate.  Must not
know where trials come from, nor any table or figure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bench.analysis import findings, groups, judging, metrics, raw, waterfalls, wording
from bench.analysis.evaluated import (
    Deliveries,
    Evaluated,
    ExperimentResult,
    Group,
    Level,
    TrialResult,
)
from bench.analysis.trialdata import TrialData
from bench.model import units
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.load import parameters_of
from bench.model.pattern import Pattern
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


Parts = tuple[TrialResult, dict[raw.Raw, Any], waterfalls.PageRows | None]
"""A trial's result, and what of its raw data is pooled with that of its group."""


def evaluate(
    run: RunSource, experiments: Mapping[str, Experiment], compared: Mapping[str, Sequence[str]]
) -> Evaluated:
    """Evaluate a run.

    `compared` names each experiment's patterns of today that are compared, in the
    order in which colours are given out.  UsageError where the run's experiment is
    not among `experiments`.
    """
    results = []
    for name in experiment_names(run.file):
        if name not in experiments:
            raise UsageError(
                f"{run.folder}: experiment {name!r} is not in this checkout; "
                f"restore scenarios/{name} or use the version that made the run"
            )
        results.append(_experiment(run, experiments[name], compared.get(name, ())))
    return Evaluated(run.folder, run.file, tuple(results), len(run.unfinished))


def experiment_names(file: RunFile) -> list[str]:
    """The experiments of a run, those that could not be measured included."""
    ids = [*file.patterns, *file.not_measured]
    ids += [trial.pattern for trial in file.trials]
    return list(dict.fromkeys(identity.partition("/")[0] for identity in ids))


def _experiment(
    run: RunSource, experiment: Experiment, compared: Sequence[str]
) -> ExperimentResult:
    by_group: dict[tuple[str, str], list[TrialSource]] = {}
    levels: dict[str, Level] = {}
    for entry in run.trials:
        owner, _, pattern = entry.record.trial.pattern.partition("/")
        if owner == experiment.name:
            level = level_of(experiment, entry.record.trial.level)
            levels[level.text] = level
            by_group.setdefault((pattern, level.text), []).append(entry)
    patterns = _patterns(run.file, experiment.name)
    names = (*compared, *sorted(pattern.name for pattern in patterns if pattern.compared))
    result = ExperimentResult(
        experiment,
        patterns,
        tuple(dict.fromkeys(names)),
        tuple(sorted(levels.values(), key=_level_order)),
        {
            key: _group(experiment, key[0], levels[key[1]], entries)
            for key, entries in by_group.items()
        },
        _not_measured(run.file, experiment.name),
        _planned(run.file, experiment),
    )
    return dataclasses.replace(result, claims=judging.judged(result))


def _not_measured(file: RunFile, experiment: str) -> dict[str, str]:
    parts = [(*identity.partition("/"), reason) for identity, reason in file.not_measured.items()]
    return {pattern: reason for owner, _, pattern, reason in parts if owner == experiment}


def _planned(file: RunFile, experiment: Experiment) -> frozenset[tuple[str, str]]:
    return frozenset(
        (trial.pattern.partition("/")[2], level_of(experiment, trial.level).text)
        for trial in file.trials
        if trial.pattern.partition("/")[0] == experiment.name
    )


def _patterns(file: RunFile, experiment: str) -> tuple[Pattern, ...]:
    """The run's patterns of one experiment: those compared first, then the floors."""
    ids = [*file.patterns, *file.not_measured, *(trial.pattern for trial in file.trials)]
    found = []
    for identity in dict.fromkeys(ids):
        owner, _, name = identity.partition("/")
        if owner == experiment:
            bare = Pattern(experiment, name, name.replace("_", " "), "")
            found.append(file.patterns.get(identity, bare))
    return tuple(sorted(found, key=lambda pattern: not pattern.compared))


def level_of(experiment: Experiment, values: Mapping[str, Any]) -> Level:
    """Swept values as a level: {"clients": 100} -> "clients=100"."""
    parameters = parameters_of(experiment.load)
    words = []
    for name, value in values.items():
        unit = parameters[name].unit if name in parameters else ""
        words.append(f"{name}={units.show(value, unit)}")
    return Level(tuple(values.items()), " ".join(words))


def _level_order(level: Level) -> tuple[tuple[str, ...], list[tuple[bool, float, str]]]:
    """Those of the same parameters together; numbers by size, words by alphabet."""
    return level.names, [
        (True, 0.0, value) if isinstance(value, str) else (False, float(value), "")
        for _, value in level.values
    ]


def _group(
    experiment: Experiment, pattern: str, level: Level, entries: Sequence[TrialSource]
) -> Group:
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
        return TrialResult(record, "failed", reason, {}, (), NOTHING, {}), {}, None
    data = entry.data()
    values, pooled = metrics.compute(data), raw.raw_values(data)
    doubts = tuple(
        wording.finding(found, experiment.piece)
        for found in findings.of_trial(data, record.counted, values)
    )
    voids = [finding.message for finding in doubts if finding.severity == "void"]
    result = TrialResult(
        record=record,
        verdict="void" if voids else "used",
        reason="; ".join(voids),
        metrics=values,
        findings=doubts,
        deliveries=raw.deliveries_of(data),
        roles=raw.role_loads(data.series, data.t0_ns, data.t1_ns),
        samples=raw.sample_counts(pooled),
    )
    return (result, {}, None) if voids else (result, pooled, waterfalls.page_rows(data))


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
