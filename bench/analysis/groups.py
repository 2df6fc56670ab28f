"""From the trials of one pattern at one level to its estimates and doubts.  Pure.

Takes what was read of each trial; must not know how a trial is read, nor of other groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from bench.analysis import findings, raw, waterfalls
from bench.analysis.evaluated import Group, Level, TrialResult
from bench.analysis.metrics import SHARED, Metric, metrics_of
from bench.analysis.metrics.registry import GREATEST
from bench.model.experiment import Experiment
from bench.model.finding import Finding
from bench.model.unit import Unit
from bench.stats.estimates import Estimate, estimate, estimate_of_greatest, samples_needed

Pooled = Mapping[raw.Raw, np.ndarray]


def group(
    experiment: Experiment,
    pattern: str,
    level: Level,
    results: Sequence[TrialResult],
    pooled: Pooled,
    pages: Sequence[waterfalls.PieceRows],
) -> Group:
    """One group of its trials, in their order, and of the usable ones' raw values.

    Without predictions: these may need facts of other groups.
    """
    used = [result for result in results if result.verdict == "used"]
    known = metrics_of(experiment)
    observations = sum((Counter(result.observations) for result in used), Counter())
    quantiles = raw.pooled_quantiles(pooled, observations, known)
    estimates = estimates_of(used, quantiles, known) if used else {}
    load = experiment.load.read(results[0].record.trial.load)
    latency = SHARED["latency_p50"]
    latencies = pooled.get(latency.raw) if latency.raw else None
    unit = experiment.unit_of(pattern, load)
    return Group(
        pattern=pattern,
        level=level,
        load=load,
        trials=tuple(results),
        estimates=estimates,
        findings=tuple(_findings(experiment, estimates, observations, unit)),
        predicted=(),
        distribution=None
        if latencies is None
        else raw.compress(latencies, observations[latency.key]),
        waterfall=waterfalls.median_outcome(pages),
    )


def estimates_of(
    trials: Sequence[TrialResult],
    pooled: Mapping[str, float],
    known: Mapping[str, Metric],
) -> dict[str, Estimate]:
    """Every metric over the usable trials; percentiles and maxima over all their samples.

    So of one kind of sample p50 <= p90 <= p99 <= max: all come from the same rows.
    """
    found = {}
    for key, metric in known.items():
        values = [one.value(key) for one in trials]
        is_greatest = metric.quantile == GREATEST
        found[key] = (
            estimate_of_greatest(values) if is_greatest else estimate(values, pooled.get(key))
        )
    return found


def _findings(
    experiment: Experiment,
    estimates: Mapping[str, Estimate],
    observations: Mapping[str, int],
    unit: Unit,
) -> list[Finding]:
    """Doubts about the headline values of a group as a whole."""
    found, known = [], metrics_of(experiment)
    for key in experiment.headline if estimates else ():
        metric = known[key].worded(experiment.noun)
        disagreement = findings.of_estimate(metric.title, estimates[key])
        if disagreement is not None:
            found.append(disagreement)
        if metric.quantile is not None:
            have, needed = observations.get(key, 0), samples_needed(metric.quantile)
            if 0 < have < needed:
                words = unit_words(experiment, metric, unit)
                found.append(findings.percentile_missing(metric.title, have, needed, words))
    return found


def unit_words(experiment: Experiment, metric: Metric, unit: Unit) -> str:
    """What the independent observations behind a percentile are called."""
    return (unit.many or experiment.noun.outcomes) if metric.rows else "samples"
