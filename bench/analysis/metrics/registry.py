"""The registry of metrics: what one is, and where it is entered.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.stats.estimates import percentile

Better = Literal["lower", "higher", "neither"]

BACKEND_ROLES = ("server", "broker", "proxy", "database")


@dataclass(frozen=True)
class Metric:
    """One number of a trial: what it is, and how to get it.

    `raw` (where set) gives the raw values whose quantile `quantile` is meant,
    so that a report can take it over all samples of several trials.
    """

    key: str
    unit: str
    title: str
    definition: str
    better: Better
    function: Callable[[TrialData], float]
    raw: Callable[[TrialData], np.ndarray] | None = None
    quantile: float | None = None


METRICS: dict[str, Metric] = {}


def metric(
    key: str, unit: str, title: str, definition: str, better: Better
) -> Callable[[Callable[[TrialData], float]], Callable[[TrialData], float]]:
    """Register a function of a trial as a metric."""

    def add(function: Callable[[TrialData], float]) -> Callable[[TrialData], float]:
        METRICS[key] = Metric(key, unit, title, definition, better, function)
        return function

    return add


def quantile_metrics(
    prefix: str, title: str, definition: str, raw: Callable[[TrialData], np.ndarray]
) -> None:
    """Register `prefix`_p50, _p90, _p99, _p999 in milliseconds over raw nanoseconds."""
    for suffix, quantile in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)):
        share = f"{quantile * 100:g} %"
        METRICS[f"{prefix}_{suffix}"] = Metric(
            f"{prefix}_{suffix}",
            "ms",
            f"{title} {suffix}",
            f"{share} of {definition} are at most this.",
            "lower",
            lambda data, q=quantile: percentile(raw(data), q) / 1e6,  # type: ignore[misc]
            raw,
            quantile,
        )


def compute(data: TrialData, keys: Sequence[str] | None = None) -> dict[str, float]:
    """All (or the named) metrics of one trial; NaN where one does not apply."""
    return {key: float(METRICS[key].function(data)) for key in (keys or METRICS)}
