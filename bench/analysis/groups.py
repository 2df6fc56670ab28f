"""From the trials of one pattern at one level to its estimates and doubts.  Pure.

Takes what was read of each trial; must not know how a trial is read, nor of other groups.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.analysis import raw, run_findings, waterfalls
from bench.analysis.evaluated import Group, Level, TrialResult
from bench.analysis.metrics import SHARED, Metric, metrics_of
from bench.analysis.metrics.registry import GREATEST
from bench.model.experiment import Experiment
from bench.model.finding import Finding
from bench.model.unit import Unit
from bench.stats.autocorrelation import median_interval
from bench.stats.estimates import Estimate, estimate, estimate_of_greatest, samples_needed

READ_DELAYS = {"latency_p50": "read_delay_p50", "latency_p99": "read_delay_p99"}
"""By how much a latency would be less by the kernel's time, about."""


def group(
    experiment: Experiment,
    pattern: str,
    level: Level,
    results: Sequence[TrialResult],
    pooled: raw.RawValues,
    pages: Sequence[waterfalls.PieceRows],
) -> Group:
    """One group of its trials, in their order, and of the usable ones' raw values.

    Without predictions: these may need facts of other groups.
    """
    used = [result for result in results if result.verdict == "used"]
    known = metrics_of(experiment)
    observations = sum((Counter(result.observations) for result in used), Counter())
    quantiles = raw.pooled_quantiles(pooled, observations, known)
    intervals = raw.unit_intervals(pooled, _barely_carried(used, quantiles, known), known)
    estimates = estimates_of(used, quantiles, intervals, known) if used else {}
    medians = _medians(used, known)
    load = experiment.load.read(results[0].record.trial.load)
    latency = SHARED["latency_p50"]
    latencies = None
    if latency.raw is not None and latency.raw in pooled.values:
        latencies = pooled.ordered(latency.raw)
    unit = experiment.unit_of(pattern, load)
    return Group(
        pattern=pattern,
        level=level,
        load=load,
        trials=tuple(results),
        estimates=estimates,
        findings=tuple(_findings(experiment, estimates, medians, observations, unit)),
        predicted=(),
        distribution=None
        if latencies is None
        else raw.compress(latencies, observations[latency.key]),
        waterfall=waterfalls.median_outcome(pages),
        medians=medians,
    )


def _barely_carried(
    trials: Sequence[TrialResult], quantiles: Mapping[str, float], known: Mapping[str, Metric]
) -> dict[str, float]:
    """The quantiles that all trials together carry, and not each by itself."""
    return {
        key: value
        for key, value in quantiles.items()
        if not math.isnan(value)
        and known[key].quantile != GREATEST
        and any(math.isnan(one.metrics[key]) for one in trials)
    }


def _medians(trials: Sequence[TrialResult], known: Mapping[str, Metric]) -> dict[str, Estimate]:
    """Of metrics that are means over trials, where there are enough trials for an interval."""
    found = {
        key: median_interval([one.value(key) for one in trials])
        for key, metric in known.items()
        if metric.quantile is None
    }
    return {key: one for key, one in found.items() if one.has_interval}


def _is_share(trials: Sequence[TrialResult], key: str) -> bool:
    counts = [one.counts.get(key) for one in trials]
    return all(one is not None and one.kind == "share" for one in counts)


def estimates_of(
    trials: Sequence[TrialResult],
    pooled: Mapping[str, float],
    of_units: Mapping[str, tuple[float, float]],
    known: Mapping[str, Metric],
) -> dict[str, Estimate]:
    """Every metric over the usable trials; percentiles and maxima over all their samples.

    So of one kind of sample p50 <= p90 <= p99 <= max: all come from the same rows.  The wider
    of two intervals holds where single trials do not carry a percentile: theirs, and that
    from how independent observations differ (`of_units`).
    """
    found = {}
    for key, metric in known.items():
        values = [one.value(key) for one in trials]
        if metric.quantile == GREATEST:
            found[key] = estimate_of_greatest(values)
            continue
        entry = estimate(values, pooled.get(key))
        if key in of_units and entry.has_interval:
            low, high = of_units[key]
            entry = replace(entry, low=min(entry.low, low), high=max(entry.high, high))
        if entry.high > 1 and _is_share(trials, key):
            entry = replace(entry, high=max(1.0, entry.value))
        found[key] = entry
    return found


def _findings(
    experiment: Experiment,
    estimates: Mapping[str, Estimate],
    medians: Mapping[str, Estimate],
    observations: Mapping[str, int],
    unit: Unit,
) -> list[Finding]:
    """Doubts about the headline values of a group as a whole."""
    found: list[Finding] = []
    known = metrics_of(experiment)
    for key in experiment.headline if estimates else ():
        metric = known[key].worded(experiment.noun)
        found += filter(None, [run_findings.of_estimate(metric.title, estimates[key])])
        if key in READ_DELAYS:
            latency, delay = estimates[key], estimates[READ_DELAYS[key]]
            found += filter(None, [run_findings.read_late(metric.title, latency, delay)])
        if key in medians:
            mean, median = estimates[key], medians[key]
            found += filter(None, [run_findings.mean_misleads(metric.title, mean, median)])
        if metric.quantile is not None:
            have, needed = observations.get(key, 0), samples_needed(metric.quantile)
            if 0 < have < needed:
                _, many = unit_words(experiment, metric, unit)
                found.append(run_findings.percentile_missing(metric.title, have, needed, many))
    return found


def unit_words(experiment: Experiment, metric: Metric, unit: Unit) -> tuple[str, str]:
    """What one independent observation behind a percentile is called, and what several are."""
    if not metric.rows:
        return "sample", "samples"
    noun = experiment.noun
    return unit.one or noun.outcome, unit.many or noun.outcomes
