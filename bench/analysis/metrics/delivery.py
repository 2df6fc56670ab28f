"""How late, and whether at all: latency, service time, completeness.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics.registry import SHARED
from bench.analysis.milliseconds import mean_ms
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts


def latency_ns(data: TrialData) -> np.ndarray:
    return data.latencies_ns


def outcome_rows(data: TrialData) -> np.ndarray:
    return data.timed


SHARED.mean(
    "latency_mean",
    "latency mean",
    "Mean of done - intended: from the {event}'s scheduled time until the client's loop had all "
    "of it. Every delay counts.",
    latency_ns,
    outcome_rows,
)

SHARED.quantiles("latency", "latency", "latencies (done - intended)", latency_ns, outcome_rows)
SHARED.greatest("latency_max", "latency max", "The largest latency (done - intended).", latency_ns)


def service_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.timed, "done_ns", "sent_ns")


SHARED.mean(
    "service_mean",
    "service time mean",
    "Mean of done - sent: what a tool sees that ignores late sending (raw, uncorrected).",
    service_ns,
    outcome_rows,
)
SHARED.quantiles("service", "service time", "service times (done - sent)", service_ns, outcome_rows)


def _completeness_counts(data: TrialData) -> Counts | None:
    """The deliveries of one event are one observation: they are made, and fail, together."""
    owed = data.accounting.expected
    units = len(data.window_events) if len(data.events) else owed
    if not owed or not units:
        return None
    return Counts(units * data.accounting.delivered / owed, units, "share")


@SHARED.metric(
    "completeness",
    "",
    "completeness",
    "Share of the {outcomes} {owed} in the window that {arrived}.",
    "higher",
    _completeness_counts,
)
def completeness(data: TrialData) -> float:
    owed = data.accounting.expected
    return data.accounting.delivered / owed if owed else math.nan


@SHARED.metric("lost", "", "lost", "{Outcomes} {owed} in the window that {missing}.", "lower")
def lost(data: TrialData) -> float:
    return data.accounting.lost


@SHARED.metric("duplicated", "", "duplicated", "{Outcomes} that arrived more than once.", "lower")
def duplicated(data: TrialData) -> float:
    return data.accounting.duplicated


@SHARED.metric(
    "misdirected",
    "",
    "misdirected",
    "{Outcomes} to a client for which they were not meant.",
    "lower",
)
def misdirected(data: TrialData) -> float:
    return data.accounting.misdirected


@SHARED.metric(
    "out_of_order", "", "out of order", "{Outcomes} that arrived after a later {event}.", "lower"
)
def out_of_order(data: TrialData) -> float:
    return data.accounting.out_of_order


@SHARED.metric("deliveries", "", "{outcomes}", "{Outcomes} {done} in the window.", "neither")
def deliveries(data: TrialData) -> float:
    return len(data.outcomes)


@SHARED.metric(
    "deliveries_per_s",
    "/s",
    "{outcomes} per second",
    "{Outcomes} over the window's length.",
    "neither",
    lambda data: Counts(len(data.outcomes), data.seconds, "count"),
)
def deliveries_per_s(data: TrialData) -> float:
    return len(data.outcomes) / data.seconds


def _of_slow(data: TrialData, slow: bool) -> np.ndarray:
    """Latencies of the clients that a fault stopped, or of all others."""
    rows = data.timed
    is_slow = np.zeros(len(rows), bool)
    for fault in data.faults:
        if (fault.actor, fault.verb) == ("clients", "stop"):
            first, last = fault.numbers
            is_slow |= (rows["client"] >= first) & (rows["client"] <= last)
    return difference_ns(samples.chosen(rows, is_slow == slow), "done_ns", "intended_ns")


@SHARED.metric(
    "slow_latency_mean",
    "ms",
    "mean latency of slow clients",
    "Mean latency of the clients that a fault stopped: for a while they read nothing.",
    "lower",
)
def slow_latency_mean(data: TrialData) -> float:
    return mean_ms(_of_slow(data, True))


@SHARED.metric(
    "others_latency_mean",
    "ms",
    "mean latency of the other clients",
    "Mean latency of the clients that no fault stopped.",
    "lower",
)
def others_latency_mean(data: TrialData) -> float:
    return mean_ms(_of_slow(data, False))
