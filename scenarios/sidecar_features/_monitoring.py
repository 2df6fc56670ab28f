"""What sidecars tell of themselves, beside what clients saw.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.proxy_counts import at_listener
from bench.analysis.trialdata import TrialData
from bench.model.metric import Counts
from scenarios.sidecar_features._counts import (
    NEAR,
    NS_PER_MS,
    PLAIN,
    answered,
    calls,
    grown,
    has_sidecars,
    of_calls,
)

METRICS = Registry()

# --- monitoring ------------------------------------------------------------------------------


@METRICS.counted(
    "monitored_share",
    "",
    "share that monitoring knows",
    "Share of the {events} that the client's sidecar counted; what it counted in excess is "
    "subtracted.",
    "higher",
)
def monitored(data: TrialData) -> Counts | None:
    if not has_sidecars(data):
        return None
    known, total = grown(data, at_listener, "downstream_rq_total", NEAR, PLAIN), len(calls(data))
    return of_calls(data, total - abs(known - total))


def _seconds_known(data: TrialData, series: str) -> float:
    return grown(data, at_listener, f"downstream_rq_time.{series}", NEAR, PLAIN)


def _own_ms(data: TrialData) -> np.ndarray:
    rows = answered(data)
    found: np.ndarray = (rows["done_ns"] - rows["sent_ns"]) / NS_PER_MS
    return found


@METRICS.metric(
    "monitored_mean",
    "ms",
    "mean by the sidecar",
    "Mean time of a request as the client's sidecar reports it to monitoring: the sum of its "
    "histogram over its count. It measures whole milliseconds, rounded down.",
    "neither",
)
def monitored_mean(data: TrialData) -> float:
    count = _seconds_known(data, "count")
    return _seconds_known(data, "sum") / count if count else math.nan


@METRICS.metric(
    "monitored_mean_ratio",
    "",
    "the sidecar's mean to the clients'",
    "The sidecar's mean over that of the clients. The clients' mean includes the way to the "
    "sidecar and back.",
    "neither",
)
def monitored_mean_ratio(data: TrialData) -> float:
    own = _own_ms(data)
    return monitored_mean(data) / float(np.mean(own)) if len(own) else math.nan


def bucket_quantile(buckets: list[tuple[float, float]], share: float) -> float:
    """A quantile from cumulative buckets (upper bound, count) as Prometheus reckons it.

    It takes values to be spread evenly over their bucket.
    """
    total = buckets[-1][1] if buckets else 0.0
    below, low = 0.0, 0.0
    for bound, count in buckets:
        if total and count >= share * total:
            return low + (bound - low) * (share * total - below) / max(count - below, 1e-12)
        below, low = count, bound
    return math.nan


def _buckets(data: TrialData) -> list[tuple[float, float]]:
    series = "downstream_rq_time.le_"
    names = {
        name.partition(series)[2]
        for name in data.counted.get("end", {})
        if name.startswith(f"{NEAR}.http.{PLAIN}.{series}")
    }
    return sorted((float(name), _seconds_known(data, f"le_{name}")) for name in names)


@METRICS.metric(
    "monitored_p99",
    "ms",
    "p99 by the sidecar",
    "99th percentile from the buckets that the client's sidecar gives to monitoring (0.5, 1, 5, "
    "10, 25 ms and so on), as Prometheus computes it.",
    "neither",
)
def monitored_p99(data: TrialData) -> float:
    return bucket_quantile(_buckets(data), 0.99)


@METRICS.metric(
    "monitored_p99_ratio",
    "",
    "the sidecar's p99 to the clients'",
    "The sidecar's 99th percentile over that of the clients.",
    "neither",
)
def monitored_p99_ratio(data: TrialData) -> float:
    own = _own_ms(data)
    return monitored_p99(data) / float(np.quantile(own, 0.99)) if len(own) else math.nan
