"""What a run's records alone say of an experiment: patterns, levels, what was planned.  Pure.

Needs no raw data; must not know what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.analysis.evaluated import ExperimentResult, Level
from bench.model import units
from bench.model.experiment import Experiment
from bench.model.load import parameters_of
from bench.model.pattern import Pattern
from bench.model.records import RunFile, TrialFile


def outline(
    file: RunFile, records: Sequence[TrialFile], experiment: Experiment, compared: Sequence[str]
) -> ExperimentResult:
    """An experiment's part of a run without its numbers: no groups, no claims."""
    levels = [
        level_of(experiment, record.trial.level)
        for record in records
        if record.trial.pattern.partition("/")[0] == experiment.name and not record.trial.calibrates
    ]
    by_text = {level.text: level for level in levels}
    patterns = _patterns(file, experiment.name)
    names = (*compared, *sorted(pattern.name for pattern in patterns if pattern.compared))
    return ExperimentResult(
        experiment,
        patterns,
        tuple(dict.fromkeys(names)),
        tuple(sorted(by_text.values(), key=_level_order)),
        {},
        _not_measured(file, experiment.name),
        _planned(file, experiment),
    )


def experiment_names(file: RunFile) -> list[str]:
    """The experiments of a run, those that could not be measured included."""
    ids = [*file.patterns, *file.not_measured]
    ids += [trial.pattern for trial in file.trials]
    return list(dict.fromkeys(identity.partition("/")[0] for identity in ids))


def _not_measured(file: RunFile, experiment: str) -> dict[str, str]:
    parts = [(*identity.partition("/"), reason) for identity, reason in file.not_measured.items()]
    return {pattern: reason for owner, _, pattern, reason in parts if owner == experiment}


def _planned(file: RunFile, experiment: Experiment) -> frozenset[tuple[str, str]]:
    return frozenset(
        (trial.pattern.partition("/")[2], level_of(experiment, trial.level).text)
        for trial in file.trials
        if trial.pattern.partition("/")[0] == experiment.name and not trial.calibrates
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
