"""An evaluated run as data for analysts: tidy CSV files and one JSON, numbers as numbers.

Column names are public (docs/results.md): others read the files by them.  Every row names its
run and, where it is of one group or trial, every load parameter in base units.  Judges nothing,
formats nothing, and must not know the page.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from bench.analysis.audit import points_of
from bench.analysis.evaluated import Evaluated, ExperimentResult, Group, Predicted
from bench.analysis.metrics import SHARED
from bench.analysis.metrics.traffic import SOCKETS
from bench.model.errors import UsageError
from bench.model.finding import Finding
from bench.model.links import LOOPBACK
from bench.model.load import Load, parameters_of
from bench.stats.estimates import Estimate
from reports import claims_table, cost, opening, sentences

WHERE = ["run", "experiment", "pattern", "level"]
"""What every file begins with; claims.csv has no pattern and no level."""

SUMMARY = [*WHERE, "metric", "origin", "unit"]
SUMMARY += ["value", "low", "high", "trials", "law", "predicted", "residual"]
SUMMARY += ["median", "median_low", "median_high"]
"""Beside the mean over trials; empty where they are too few, and for percentiles."""

LAWS = [*WHERE, "law", "metric", "unit", "measured", "low", "high", "trials"]
LAWS += ["predicted", "residual", "band", "inside", "fitted", "formula", "source"]

FINDINGS = [*WHERE, "trial", "repeat", "severity", "code", "message", "remedy"]
"""`trial` and `repeat` are empty where a finding is about a group or the whole run."""

TRIALS = [*WHERE, "trial", "repeat", "status", "reason", "calibrates", "seed"]
"""Then every load parameter, then every metric of the trial by its key."""

COST = [*WHERE, "cost", "unit", "value", "low", "high", "trials", "basis"]
"""`basis` is from what the cost of a client was taken."""

JSON_VERSION = 1
Row = dict[str, Any]


def run_id(evaluated: Evaluated) -> str:
    """The name of the run's folder."""
    return evaluated.folder.resolve().name


def summary(evaluated: Evaluated) -> pd.DataFrame:
    """Every metric of every group beside its law; a metric that does not apply has no row."""
    rows = [
        _where(evaluated, result, group)
        | _named(key, group)
        | {"unit": result.metrics[key].unit}
        | {"value": entry.value, "low": entry.low, "high": entry.high, "trials": entry.trials}
        | law
        | _median(group, key)
        | _load(result, group.load)
        for result in evaluated.experiments
        for group in result.groups
        for key, entry in group.estimates.items()
        if not math.isnan(entry.value)
        for law in _laws_of(group, key)
    ]
    return _frame(evaluated, SUMMARY, rows)


def laws(evaluated: Evaluated) -> pd.DataFrame:
    """A row for each law at each group for which it predicts; of an audit, at each point."""
    file, rows = evaluated.file, []
    for result in evaluated.experiments:
        if file.audit is not None:
            pairs = [(one.group, one.predicted) for one in points_of(result, file.audit.laws)]
        else:
            pairs = [(group, one) for group in result.groups for one in group.predicted]
        rows += [
            _where(evaluated, result, group) | _law(result, one) | _load(result, group.load)
            for group, one in pairs
        ]
    return _frame(evaluated, LAWS, rows)


def findings(evaluated: Evaluated) -> pd.DataFrame:
    """Every finding once for each trial, group or run that it is about, in their order."""
    rows: list[Row] = []
    for result in evaluated.experiments:
        head = {"run": run_id(evaluated), "experiment": result.name, "pattern": "", "level": ""}
        rows += [head | _finding(one) for one in result.findings]
        for group in result.groups:
            own = _where(evaluated, result, group)
            load = _load(result, group.load)
            rows += [own | _finding(one) | load for one in group.findings]
            rows += [
                own | _finding(one, trial.record.trial) | load
                for trial in group.trials
                for one in trial.findings
            ]
    frame = _frame(evaluated, FINDINGS, rows)
    return frame.astype({"trial": "Int64", "repeat": "Int64"})


def claims(evaluated: Evaluated) -> pd.DataFrame:
    """A row for each number behind each verdict."""
    frame = claims_table.table(evaluated.experiments)
    frame.insert(0, "run", run_id(evaluated))
    return frame


def trials(evaluated: Evaluated) -> pd.DataFrame:
    """A row for each trial, those included that only calibrate or are in no estimate."""
    rows = [
        _where(evaluated, result, group)
        | {
            "trial": one.record.trial.number,
            "repeat": one.record.trial.repeat,
            "status": one.verdict,
            "reason": one.reason,
            "calibrates": one.record.trial.calibrates,
            "seed": one.record.trial.seed,
        }
        | _load(result, group.load)
        | {key: value for key, value in one.metrics.items() if not math.isnan(value)}
        for result in evaluated.experiments
        for group in (*result.groups, *result.calibration)
        for one in group.trials
    ]
    frame = _frame(evaluated, TRIALS, rows)
    return frame.sort_values("trial", ignore_index=True)


def costs(evaluated: Evaluated) -> pd.DataFrame:
    """What each load costs, as the report's table of costs has it."""
    rows = [
        _where(evaluated, result, row.group)
        | {"cost": one.quantity.key, "unit": one.quantity.unit}
        | {"value": one.value.value, "low": one.value.low, "high": one.value.high}
        | {"trials": one.value.trials, "basis": one.basis}
        | _load(result, row.group.load)
        for result in evaluated.experiments
        for row in cost.rows(result)
        for one in row.costs
    ]
    return _frame(evaluated, COST, rows)


FILES: Mapping[str, Callable[[Evaluated], pd.DataFrame]] = {
    "summary": summary,
    "trials": trials,
    "laws": laws,
    "findings": findings,
    "claims": claims,
    "cost": costs,
}
"""The data files of a report, by name."""


def write(evaluated: Evaluated, folder: Path) -> None:
    """Write every data file as CSV."""
    for name, make in FILES.items():
        make(evaluated).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def as_json(evaluated: Evaluated) -> str:
    """The same data as one JSON, with what the report opens with; null where there is no value."""
    file = evaluated.file
    content = {
        "version": JSON_VERSION,
        "run": run_id(evaluated),
        "created": file.created,
        "command": file.command,
        "seed": file.seed,
        "repeats": file.repeats,
        "unfinished": evaluated.unfinished,
        "environment": file.environment,
        "experiments": [_experiment(result) for result in evaluated.experiments],
        **{name: _records(make(evaluated)) for name, make in FILES.items()},
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def export_json(evaluated: Evaluated, path: Path) -> None:
    """Write the JSON to a file; UsageError where that cannot be done."""
    try:
        path.write_text(as_json(evaluated), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name another") from None


def _experiment(result: ExperimentResult) -> Row:
    return {
        "name": result.name,
        "title": result.experiment.title,
        "question": result.experiment.question,
        "answer": [*opening.opening(result), *sentences.answer(result)],
        "headline": list(result.experiment.headline),
        "patterns": [
            {"name": one.name, "title": one.title, "compared": one.compared}
            for one in result.patterns
        ],
        "not_measured": dict(result.not_measured),
    }


def _records(frame: pd.DataFrame) -> list[Row]:
    """Rows without the values that they do not have, as JSON knows no NaN."""
    return [
        {str(key): _plain(value) for key, value in row.items() if not _is_missing(value)}
        for row in frame.to_dict("records")
    ]


def _is_missing(value: Any) -> bool:
    return value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _plain(value: Any) -> Any:
    """Of numpy's numbers Python's; an infinite one as a word, which JSON has no number for."""
    found = value.item() if hasattr(value, "item") else value
    return str(found) if isinstance(found, float) and math.isinf(found) else found


def _frame(evaluated: Evaluated, columns: list[str], rows: list[Row]) -> pd.DataFrame:
    """The named columns first, then every load parameter, then what else the rows have."""
    known = [name for one in evaluated.experiments for name in parameters_of(one.experiment.load)]
    rest = [name for row in rows for name in row]
    return pd.DataFrame(rows, columns=list(dict.fromkeys([*columns, *known, *rest])))


def _where(evaluated: Evaluated, result: ExperimentResult, group: Group) -> Row:
    return dict(
        zip(
            WHERE,
            (run_id(evaluated), result.name, group.pattern, group.level.text),
            strict=True,
        )
    )


def _load(result: ExperimentResult, load: Load[Any]) -> Row:
    values = load.values()
    return {
        one.name: values[one.field_name] for one in parameters_of(result.experiment.load).values()
    }


def _named(key: str, group: Group) -> dict[str, str]:
    """The key of a metric, and who counted it where that may differ."""
    name, bracket, origin = key.partition("[")
    if not bracket and f"{key}{SOCKETS}" in SHARED:
        origin = "tcp_info]" if group.load.link.link == LOOPBACK else "link]"
    return {"metric": name, "origin": origin.removesuffix("]")}


def _median(group: Group, key: str) -> dict[str, float]:
    entry = group.medians.get(key)
    if entry is None:
        return {}
    return {"median": entry.value, "median_low": entry.low, "median_high": entry.high}


def _laws_of(group: Group, key: str) -> list[Row]:
    """What each law of a metric says; one without entries where there is no law."""
    return [
        {"law": one.law, "predicted": one.value, "residual": one.residual}
        for one in group.predicted
        if one.metric == key
    ] or [{"law": ""}]


def _law(result: ExperimentResult, one: Predicted) -> Row:
    measured: Estimate = one.measured
    return {
        "law": one.law,
        "metric": one.metric,
        "unit": result.metrics[one.metric].unit,
        "measured": measured.value,
        "low": measured.low,
        "high": measured.high,
        "trials": measured.trials,
        "predicted": one.value,
        "residual": one.residual,
        "band": one.band,
        "inside": one.is_inside,
        "fitted": one.is_only_fitted,
        "formula": one.formula,
        "source": one.source,
    }


def _finding(one: Finding, trial: Any = None) -> Row:
    return {
        "trial": pd.NA if trial is None else trial.number,
        "repeat": pd.NA if trial is None else trial.repeat,
        "severity": one.severity,
        "code": one.code,
        "message": one.message,
        "remedy": one.remedy,
    }
