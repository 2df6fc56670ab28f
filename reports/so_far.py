"""What a run has shown so far, for a display that fills while it is measured.

Medians over trials, each trial read once: good enough to look at.  A percentile that no single
trial carries has no column yet; the answer at the end takes them over all samples, with intervals.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from bench.analysis.evaluated import TrialResult
from bench.analysis.live import Shown
from bench.analysis.metrics import metrics_of
from bench.model.experiment import Experiment
from bench.model.units import significant
from reports.fitted_table import Column, FittedTable
from reports.numbers import MISSING, amount


def table(
    experiment: Experiment,
    titles: Mapping[str, str],
    trials: Sequence[TrialResult],
    level: str = "",
) -> FittedTable:
    """What `shown` has, drawn for a terminal."""
    return drawn(shown(experiment, titles, trials, level))


def drawn(found: Shown) -> FittedTable:
    """For a terminal: the first column is what a row is called by, the others are numbers."""
    first, *others = found.headers
    columns = [Column(first, is_key=True), *(Column(one, is_number=True) for one in others)]
    return FittedTable(columns, found.rows, found.title, is_short=True)


def shown(
    experiment: Experiment,
    titles: Mapping[str, str],
    trials: Sequence[TrialResult],
    level: str = "",
) -> Shown:
    """A row for each of the patterns (titles by id) at one level, measured or not."""
    used = [one for one in trials if one.verdict == "used"]
    known = metrics_of(experiment)
    seen = [key for key in experiment.headline if any(_has(one, key) for one in used)]
    keys = seen or experiment.headline  # before the first value: what may come
    metrics = [known[key].worded(experiment.noun) for key in keys]
    rows = []
    for pattern, title in titles.items():
        own = [one for one in used if one.record.trial.pattern == pattern]
        cells = [amount(_median(own, one.key), one.unit) for one in metrics]
        rows.append([title, str(len(own)), *cells])
    headers = ["pattern", "trials", *(one.title for one in metrics)]
    where = f" at {level}" if level else ""
    return Shown(f"so far{where} (medians over trials)", headers, rows)


def _has(trial: TrialResult, key: str) -> bool:
    return not math.isnan(trial.metrics.get(key, math.nan))


def _median(trials: Sequence[TrialResult], key: str) -> str:
    values = [one.metrics[key] for one in trials if _has(one, key)]
    return significant(statistics.median(values)) if values else MISSING
