"""From one trial's raw samples to what is kept of it.  Pure.

Takes a trial's raw data once and returns small results, plus the raw values
whose percentiles are taken over all trials of a group.  Knows neither files
nor figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.analysis.evaluated import Deliveries
from bench.analysis.metrics import Metric
from bench.analysis.shapes import Distribution, RoleLoad
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.readings import Reading
from bench.stats.clusters import (
    Clustered,
    clustered,
    numbered,
    percentile_of_clustered,
    percentile_of_units,
)
from bench.stats.estimates import nearest_rank_of_ordered, percentile_of_ordered

Raw = Callable[[TrialData], np.ndarray]
MOST_POINTS = 2000
MOST_STEPS = 400
NS_PER_MS = 1e6
NORMAL_REACH = 1.96
"""Half a 95 % interval in standard errors."""


def deliveries_of(data: TrialData) -> Deliveries:
    found = data.accounting
    in_window = (data.rows["intended_ns"] >= data.t0_ns) & (data.rows["intended_ns"] < data.t1_ns)
    failed = int(np.count_nonzero(in_window & (data.rows["outcome"] == samples.FAILED)))
    return Deliveries(
        found.expected, found.delivered, found.lost, found.duplicated, found.out_of_order, failed
    )


MOST_ROWS = 200_000
"""Of larger trials the part of the variance that lies within them is not computed: it is small."""


@dataclass(frozen=True)
class RawValues:
    """What stands behind quantile metrics, each kind once though several metrics share it.

    `values` in ns by the function that takes them; `units` by the function that takes their
    rows: the number of each row's independent observation.
    """

    values: Mapping[Raw, np.ndarray] = field(default_factory=dict)
    units: Mapping[Raw, np.ndarray] = field(default_factory=dict)
    sorted_values: dict[Raw, np.ndarray] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def ordered(self, raw: Raw) -> np.ndarray:
        """The values of one kind, sorted: all percentiles are read off them."""
        if raw not in self.sorted_values:
            self.sorted_values[raw] = np.sort(self.values[raw])
        return self.sorted_values[raw]


def raw_values(data: TrialData, metrics: Mapping[str, Metric]) -> RawValues:
    """Of one trial."""
    values = {metric.raw for metric in metrics.values() if metric.raw is not None}
    rows = {metric.rows for metric in metrics.values() if metric.rows is not None}
    return RawValues(
        {function: data.once(function) for function in values},
        {function: data.unit.of(function(data)) for function in rows},
    )


def observation_counts(
    data: TrialData, found: RawValues, metrics: Mapping[str, Metric]
) -> dict[str, int]:
    """How many independent observations stand behind each quantile metric, by its key."""
    return {
        key: len(found.values[metric.raw]) if metric.rows is None else data.units_in(metric.rows)
        for key, metric in metrics.items()
        if metric.raw is not None
    }


def own_quantiles(data: TrialData, metrics: Mapping[str, Metric]) -> dict[str, float]:
    """Every quantile metric of one trial's values in ms, whether or not they carry it."""
    return {
        key: nearest_rank_of_ordered(data.ordered(metric.raw), metric.quantile) / NS_PER_MS
        for key, metric in metrics.items()
        if metric.raw is not None and metric.quantile is not None
    }


def errors_within(
    found: RawValues, own: Mapping[str, float], metrics: Mapping[str, Metric]
) -> dict[str, float]:
    """The relative standard errors of one trial's means and percentiles, from how its units differ.

    `own` are its metrics: of what it does not carry there is no error.
    """
    errors = {}
    for key, metric in metrics.items():
        if metric.raw is None or metric.rows is None or not own[key] > 0:
            continue
        values, units = found.values[metric.raw], found.units[metric.rows]
        if not 0 < len(values) <= MOST_ROWS:
            continue
        if metric.quantile is None:
            errors[key] = mean_error(values, units)
        else:
            one = percentile_of_units(values, units, metric.quantile)
            errors[key] = (one.high - one.low) / 2 / NORMAL_REACH / one.value
    return {key: error for key, error in errors.items() if not math.isnan(error)}


def mean_error(values: np.ndarray, units: np.ndarray) -> float:
    """The relative standard error of a mean whose rows come in units; NaN of a single one.

    That of a ratio of sums over units (Cochran, Sampling Techniques, 1977).
    """
    count, unit = numbered(units)
    if count < 2:
        return math.nan
    mean = float(np.mean(values))
    left = np.bincount(unit, weights=values - mean, minlength=count)
    return math.sqrt(count / (count - 1) * float(np.sum(left**2))) / len(values) / mean


def pooled(parts: Sequence[RawValues]) -> RawValues:
    """The raw values of several trials together; units of different trials are different."""
    return RawValues(
        _concatenated([one.values for one in parts]),
        _concatenated(_numbered_on([one.units for one in parts])),
    )


def _concatenated(parts: Sequence[Mapping[Raw, np.ndarray]]) -> dict[Raw, np.ndarray]:
    kinds: dict[Raw, list[np.ndarray]] = {}
    for part in parts:
        for function, values in part.items():
            kinds.setdefault(function, []).append(values)
    return {
        function: values[0] if len(values) == 1 else np.concatenate(values)
        for function, values in kinds.items()
    }


def _numbered_on(parts: Sequence[Mapping[Raw, np.ndarray]]) -> list[dict[Raw, np.ndarray]]:
    """The units of each trial from the highest number of the trials before it on."""
    next_one: dict[Raw, int] = {}
    found = []
    for part in parts:
        found.append({key: _moved(units, next_one.get(key, 0)) for key, units in part.items()})
        next_one |= {key: 1 + int(units.max()) for key, units in found[-1].items() if len(units)}
    return found


def _moved(units: np.ndarray, by: int) -> np.ndarray:
    return units + by if by else units


def unit_intervals(
    found: RawValues, quantiles: Mapping[str, float], metrics: Mapping[str, Metric]
) -> dict[str, tuple[float, float]]:
    """95 % intervals in ms of these quantiles, from how units differ, by the metric's key."""
    intervals, ready = {}, dict[tuple[Raw, Raw], Clustered]()
    for key in quantiles:
        metric = metrics[key]
        if metric.raw is not None and metric.rows is not None and metric.quantile is not None:
            kind = metric.raw, metric.rows
            if kind not in ready:
                values, units = found.values[metric.raw], found.units[metric.rows]
                ready[kind] = clustered(values, units, found.ordered(metric.raw))
            one = percentile_of_clustered(ready[kind], metric.quantile)
            intervals[key] = one.low / NS_PER_MS, one.high / NS_PER_MS
    return intervals


def pooled_quantiles(
    found: RawValues, observations: Mapping[str, int], metrics: Mapping[str, Metric]
) -> dict[str, float]:
    """Every quantile metric over the pooled values, in ms; NaN where too few carry it.

    `observations` are the independent ones of all trials together, by the metric's key.
    """
    return {
        key: percentile_of_ordered(found.ordered(metric.raw), metric.quantile, observations[key])
        / NS_PER_MS
        for key, metric in metrics.items()
        if metric.raw is not None and metric.quantile is not None and metric.raw in found.values
    }


def compress(ordered: np.ndarray, observations: int | None = None) -> Distribution | None:
    """At most MOST_POINTS points of the empirical distribution of sorted latencies in ns.

    Both extremes are exact.

    `observations` are the independent ones among them (None: all are).

    Half the points are spread evenly over the samples, half evenly over the
    logarithm of the distance to the greatest, because the tail is read too.
    """
    count = len(ordered)
    if not count:
        return None
    if count <= MOST_POINTS:
        ranks = np.arange(count)
    else:
        body = np.linspace(0, count - 1, MOST_POINTS // 2)
        tail = count - np.geomspace(1, count, MOST_POINTS // 2)
        ranks = np.unique(np.concatenate([body, tail]).round().astype(np.int64))
    shares = (count - ranks) / count
    units = count if observations is None else observations
    return Distribution(ordered[ranks] / NS_PER_MS, shares, count, units)


def role_loads(
    series: Mapping[str, Sequence[Reading]], t0_ns: int, t1_ns: int
) -> dict[str, RoleLoad]:
    """What each role used over time, from the readings within the window (edges included)."""
    by_role: dict[str, dict[int, Reading]] = {}
    slack = (t1_ns - t0_ns) // 100  # the readings at t0 and t1 are a little beside them
    for role, readings in series.items():
        for reading in readings:
            if t0_ns - slack <= reading.time_ns <= t1_ns + slack:
                by_role.setdefault(role, {})[reading.time_ns] = reading
    return {
        role: _role_load([at[time] for time in sorted(at)], t0_ns)
        for role, at in by_role.items()
        if len(at) > 1
    }


def _role_load(series: Sequence[Reading], t0_ns: int) -> RoleLoad:
    switches = series[-1].context_switches - series[0].context_switches
    # CPU time is a running total: leaving readings out averages over longer steps.
    kept = series[:: -(-len(series) // MOST_STEPS)]
    times = np.array([reading.time_ns for reading in kept], dtype=np.int64)
    cpu = np.array([reading.cpu_ns for reading in kept], dtype=np.int64)
    return RoleLoad(
        time_s=(times[1:] - t0_ns) / 1e9,
        cpu_share=np.diff(cpu) / np.diff(times),
        peak_memory_bytes=max(reading.memory_bytes for reading in series),
        context_switches=switches,
    )
