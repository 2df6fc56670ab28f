"""From a run's folder to an evaluated run.

Reads each trial's raw data once, one trial at a time, and lets it go: what
stays is small, but for the raw values of the group at hand.  Trials that are
void or failed are kept with their reason and never enter an estimate.  Writes
nothing and knows no table or figure.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow

from bench import catalog
from bench.analysis import findings, metrics
from bench.analysis.metrics import METRICS
from bench.model import units
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.finding import Finding
from bench.model.load import Load, parameters_of
from bench.model.pattern import Pattern
from bench.results.store import StoredRun, StoredTrial, open_run
from bench.stats.estimates import Estimate, estimate, samples_needed
from reports import raw, waterfalls, wording
from reports.evaluated import (
    Deliveries,
    Evaluated,
    ExperimentResult,
    Group,
    Level,
    Predicted,
    TrialResult,
)

NOTHING = Deliveries(0, 0, 0, 0, 0, 0)

Evaluation = tuple[TrialResult, dict[raw.Raw, Any], waterfalls.PageRows | None]
"""A trial's result, and what of its raw data is pooled with that of its group."""


def evaluate(run: Path | StoredRun) -> Evaluated:
    """Evaluate a run's folder; UsageError with the remedy where that cannot be done."""
    stored = open_run(run) if isinstance(run, Path) else run
    known = catalog.experiments()
    results = []
    for name in _experiment_names(stored):
        if name not in known:
            raise UsageError(
                f"{stored.folder}: experiment {name!r} is not in this checkout; "
                f"restore scenarios/{name} or use the version that made the run"
            )
        results.append(_experiment(stored, known[name]))
    return Evaluated(stored.folder, stored.file, tuple(results), len(stored.unfinished))


def _experiment_names(stored: StoredRun) -> list[str]:
    ids = [*stored.file.patterns, *stored.file.not_measured]
    ids += [trial.pattern for trial in stored.file.trials]
    return list(dict.fromkeys(identity.partition("/")[0] for identity in ids))


def _experiment(stored: StoredRun, experiment: Experiment) -> ExperimentResult:
    by_group: dict[tuple[str, str], list[StoredTrial]] = {}
    levels: dict[str, Level] = {}
    for entry in stored.trials:
        owner, _, pattern = entry.trial.pattern.partition("/")
        if owner == experiment.name:
            level = level_of(experiment, entry.trial.level)
            levels[level.text] = level
            by_group.setdefault((pattern, level.text), []).append(entry)
    groups = {
        key: _group(experiment, key[0], levels[key[1]], entries)
        for key, entries in by_group.items()
    }
    patterns = _patterns(stored, experiment.name)
    missing = {
        identity.partition("/")[2]: reason
        for identity, reason in stored.file.not_measured.items()
        if identity.partition("/")[0] == experiment.name
    }
    ordered = tuple(sorted(levels.values(), key=_level_order))
    places = _places(experiment.name, patterns)
    planned = frozenset(
        (trial.pattern.partition("/")[2], level_of(experiment, trial.level).text)
        for trial in stored.file.trials
        if trial.pattern.partition("/")[0] == experiment.name
    )
    return ExperimentResult(experiment, patterns, places, ordered, groups, missing, planned)


def _patterns(stored: StoredRun, experiment: str) -> tuple[Pattern, ...]:
    """The run's patterns of one experiment: those compared first, then the floors."""
    ids = [
        *stored.file.patterns,
        *stored.file.not_measured,
        *(t.pattern for t in stored.file.trials),
    ]
    found = []
    for identity in dict.fromkeys(ids):
        owner, _, name = identity.partition("/")
        if owner == experiment:
            bare = Pattern(experiment, name, name.replace("_", " "), "")
            found.append(stored.file.patterns.get(identity, bare))
    return tuple(sorted(found, key=lambda pattern: not pattern.compared))


def _places(experiment: str, patterns: Sequence[Pattern]) -> tuple[str, ...]:
    """Names of compared patterns in the catalogue's order, then those it no longer has."""
    try:
        catalogue = catalog.patterns(experiment)
    except catalog.CatalogError:  # a half-written pattern does not keep an old run from its report
        catalogue = {}
    names = [name for name, pattern in catalogue.items() if pattern.compared]
    names += sorted(pattern.name for pattern in patterns if pattern.compared)
    return tuple(dict.fromkeys(names))


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
    experiment: Experiment, pattern: str, level: Level, entries: Sequence[StoredTrial]
) -> Group:
    results, parts, pages = [], [], []
    for entry in sorted(entries, key=lambda one: one.trial.number):
        result, values, page = _trial(experiment, entry)
        results.append(result)
        parts.append(values)
        pages += [page] if page else []
    pooled = raw.pooled(parts)
    used = [result.metrics for result in results if result.verdict == "used"]
    estimates = _estimates(used, raw.pooled_quantiles(pooled)) if used else {}
    load = load_of(experiment, entries[0].trial.load)
    latency = METRICS["latency_p50"].raw
    latencies = pooled.get(latency) if latency else None
    return Group(
        pattern=pattern,
        level=level,
        load=load,
        trials=tuple(results),
        estimates=estimates,
        findings=tuple(_group_findings(experiment, estimates, pooled)),
        predicted=tuple(_predicted(experiment, pattern, load, estimates)),
        distribution=None if latencies is None else raw.compress(latencies),
        waterfall=waterfalls.median_page(pages),
    )


def load_of(experiment: Experiment, values: Mapping[str, Any]) -> Load:
    """The load as its class; values that the class no longer has are left out."""
    known = {entry.name for entry in dataclasses.fields(experiment.load)}
    return experiment.load(**{name: value for name, value in values.items() if name in known})


def _trial(experiment: Experiment, entry: StoredTrial) -> Evaluation:
    """Evaluate one trial; what is pooled goes to the caller, all else of the raw data is freed."""
    record = entry.record
    if not entry.is_whole:
        reason = record.reason or "no reason was recorded"
        return TrialResult(record, "failed", reason, {}, (), NOTHING, {}), {}, None
    data = entry.data()
    # Arrow keeps the memory of the tables it has read; with millions of rows that is half of all.
    pyarrow.default_memory_pool().release_unused()
    values = metrics.compute(data)
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
        roles=raw.role_loads(entry.meters, data.t0_ns, data.t1_ns),
    )
    if voids:
        return result, {}, None
    return result, raw.raw_values(data), waterfalls.page_rows(data)


def _estimates(
    trials: Sequence[Mapping[str, float]], pooled: Mapping[str, float]
) -> dict[str, Estimate]:
    return {key: estimate([one[key] for one in trials], pooled.get(key)) for key in METRICS}


def _group_findings(
    experiment: Experiment, estimates: Mapping[str, Estimate], pooled: Mapping[raw.Raw, Any]
) -> list[Finding]:
    """Doubts about the headline values of a group as a whole."""
    found = []
    for key in experiment.headline if estimates else ():
        metric = wording.metric(key, experiment.piece)
        disagreement = findings.of_estimate(metric.title, estimates[key])
        if disagreement is not None:
            found.append(disagreement)
        if metric.raw is not None and metric.quantile is not None:
            have, needed = len(pooled[metric.raw]), samples_needed(metric.quantile)
            if 0 < have < needed:
                found.append(findings.percentile_missing(metric.title, have, needed))
    return [wording.finding(one, experiment.piece) for one in found]


def _predicted(
    experiment: Experiment, pattern: str, load: Load, estimates: Mapping[str, Estimate]
) -> list[Predicted]:
    """The laws' values; a law whose facts were not measured here says nothing."""
    facts = {key: one.value for key, one in estimates.items() if not math.isnan(one.value)}
    found = []
    for prediction in experiment.predictions_for(pattern):
        if prediction.metric not in facts:
            continue
        try:
            value = float(prediction.function(load, facts))
        except (KeyError, ZeroDivisionError, OverflowError):
            continue
        if math.isfinite(value):
            found.append(Predicted(prediction, value, estimates[prediction.metric]))
    return found
