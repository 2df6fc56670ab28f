"""The rows of a comparison: a metric's values on both sides, its ratio, what it rests on.

Trials of one run are compared in pairs, repeat by repeat; runs of two sides run by run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bench.analysis.evaluated import ExperimentResult, Group
from bench.analysis.metrics import Metric
from bench.stats.power import repeats_needed
from bench.stats.two_samples import Comparison, compare
from bench.stats.two_sides import Side, compare_sides, over_runs, spread_of
from bench.stats.variance import Components, RunNoise
from reports.comparison import TO_FIND, Row


def rows_between(
    result: ExperimentResult, a: Group, b: Group, keys: Sequence[str]
) -> Iterator[Row]:
    """b against a of the same run, repeat by repeat; what neither of them has is left out."""
    for key in _shared_keys(result, [a, b], keys):
        first, second = _values(a, key), _values(b, key)
        repeats = sorted(first.keys() & second.keys())
        trials = [first[one] for one in repeats], [second[one] for one in repeats]
        comparison = compare(*trials, paired=True)
        yield Row(
            *_names(result, b, key),
            a.estimates[key],
            b.estimates[key],
            comparison,
            ([trials[0]], [trials[1]]),
            repeats=_repeats(comparison, trials),
            basis="pairs",
        )


def rows_of_place(
    result: ExperimentResult,
    a: Sequence[Group],
    b: Sequence[Group],
    keys: Sequence[str],
    noise: Mapping[str, RunNoise],
) -> Iterator[Row]:
    """The runs of b against those of a at one place, metric by metric."""
    for key in _shared_keys(result, [*a, *b], keys):
        is_percentile = result.metrics[key].quantile is not None
        of_a, of_b = (
            over_runs([group.estimates[key] for group in side], is_percentile) for side in (a, b)
        )
        if math.isnan(of_a.value) and math.isnan(of_b.value):
            continue
        x, y = ([list(_values(group, key).values()) for group in side] for side in (a, b))
        comparison, basis = compare_sides(x, y, noise.get(key))
        spread = spread_of(x, y, (_errors(a, key), _errors(b, key)))
        counted = basis in ("runs", "history")
        yield Row(
            *_names(result, b[0], key),
            of_a,
            of_b,
            comparison,
            (x, y),
            repeats=_runs_needed(comparison, spread, noise.get(key))
            if counted
            else _repeats(comparison, (_flat(x), _flat(y)), paired=False),
            basis=basis,
            spread=spread,
        )


def _names(result: ExperimentResult, group: Group, key: str) -> tuple[str, str, str, str, Metric]:
    title = result.pattern(group.pattern).title
    return result.name, group.pattern, title, group.level.text, result.metric(key)


def _shared_keys(
    result: ExperimentResult, groups: Sequence[Group], keys: Sequence[str]
) -> list[str]:
    """The metrics to compare that any of the groups has."""
    return [
        key
        for key in keys or result.experiment.headline
        if key in result.metrics
        and not all(math.isnan(group.estimates[key].value) for group in groups)
    ]


def _errors(groups: Sequence[Group], key: str) -> list[list[float]]:
    """The relative standard error of the metric within each usable trial, by run."""
    return [[one.errors.get(key, math.nan) for one in group.used] for group in groups]


def _flat(side: Side) -> list[float]:
    return [value for run in side for value in run]


def _runs_needed(
    entry: Comparison, spread: Components | None, noise: RunNoise | None
) -> int | None:
    """How many runs of each side, as long as these, would find TO_FIND."""
    if entry.kind != "ratio" or not entry.has_interval or spread is None:
        return None
    between = spread.between_runs
    if math.isnan(between):
        between = noise.between_runs if noise else math.nan
    inner = [one for one in (spread.between_trials, spread.within_trial) if not math.isnan(one)]
    trials = spread.trials / spread.runs
    variance = between**2 + sum(one**2 for one in inner) / trials
    return None if math.isnan(variance) else repeats_needed(math.sqrt(variance), TO_FIND)


def _values(group: Group, key: str) -> dict[int, float]:
    """The metric in each usable trial, by repeat; of a percentile that the group carries too."""
    if math.isnan(group.estimates[key].value):
        return {}
    values = {one.record.trial.repeat: one.value(key) for one in group.used}
    return {repeat: value for repeat, value in sorted(values.items()) if not math.isnan(value)}


def _repeats(
    entry: Comparison, trials: tuple[Sequence[float], Sequence[float]], paired: bool = True
) -> int | None:
    """How many repeats would find TO_FIND, from how the trials scatter."""
    if entry.kind != "ratio" or not entry.has_interval:
        return None
    a, b = (np.log(side) for side in trials)
    if paired:  # what the trials of a block share does not count
        variance = float(np.var(b - a, ddof=1)) / 2
    else:
        variance = float(np.var(a, ddof=1) + np.var(b, ddof=1)) / 2
    return repeats_needed(math.sqrt(variance), TO_FIND)
