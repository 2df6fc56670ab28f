"""How late, and whether at all: latency, service time, completeness.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics.registry import metric, quantile_metrics
from bench.analysis.trialdata import TrialData, difference_ns


def _mean_ms(values: np.ndarray) -> float:
    return float(np.mean(values)) / 1e6 if len(values) else math.nan


@metric(
    "latency_mean",
    "ms",
    "latency mean",
    "Mean of done - intended: from the scheduled time of the event to the moment the "
    "client's loop got the bytes. No delay of any part is forgiven.",
    "lower",
)
def latency_mean(data: TrialData) -> float:
    return _mean_ms(data.latencies_ns)


quantile_metrics("latency", "latency", "latencies (done - intended)", lambda d: d.latencies_ns)


@metric("latency_max", "ms", "latency max", "The greatest latency (done - intended).", "lower")
def latency_max(data: TrialData) -> float:
    return float(np.max(data.latencies_ns)) / 1e6 if len(data.latencies_ns) else math.nan


def service_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.outcomes, "done_ns", "sent_ns")


@metric(
    "service_mean",
    "ms",
    "service time mean",
    "Mean of done - sent: what a tool sees that forgives late sending (raw, uncorrected).",
    "lower",
)
def service_mean(data: TrialData) -> float:
    return _mean_ms(service_ns(data))


quantile_metrics("service", "service time", "service times (done - sent)", service_ns)


@metric(
    "completeness",
    "",
    "completeness",
    "Share of the deliveries owed in the window that arrived at least once.",
    "higher",
)
def completeness(data: TrialData) -> float:
    owed = data.accounting.expected
    return data.accounting.delivered / owed if owed else math.nan


@metric("lost", "", "lost", "Deliveries owed in the window that never arrived.", "lower")
def lost(data: TrialData) -> float:
    return data.accounting.lost


@metric("duplicated", "", "duplicated", "Deliveries that arrived again.", "lower")
def duplicated(data: TrialData) -> float:
    return data.accounting.duplicated


@metric(
    "misdirected", "", "misdirected", "Deliveries to a client to whom they were not owed.", "lower"
)
def misdirected(data: TrialData) -> float:
    return data.accounting.misdirected


@metric("out_of_order", "", "out of order", "Deliveries that arrived after a later event.", "lower")
def out_of_order(data: TrialData) -> float:
    return data.accounting.out_of_order


@metric("deliveries", "", "deliveries", "Events delivered in the window.", "neither")
def deliveries(data: TrialData) -> float:
    return len(data.outcomes)


@metric("deliveries_per_s", "/s", "deliveries per second", "Deliveries over the window.", "neither")
def deliveries_per_s(data: TrialData) -> float:
    return len(data.outcomes) / data.seconds
