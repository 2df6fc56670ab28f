"""What some loads provoke: herds, slow readers, idle clients.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics.registry import BACKEND_ROLES, metric
from bench.analysis.trialdata import TrialData, difference_ns

HERD_BIN_NS = 10_000_000
"""Bins in which a burst of requests is counted: 10 ms."""


@metric(
    "herd_peak_requests_per_s",
    "/s",
    "peak request rate",
    "The greatest number of requests that arrive within 10 ms, as a rate: the herd that an event "
    "sends back at once.",
    "lower",
)
def herd_peak(data: TrialData) -> float:
    if not len(data.requests):
        return math.nan
    bins = (data.requests["sent_ns"] - data.t0_ns) // HERD_BIN_NS
    return float(np.unique(bins, return_counts=True)[1].max()) / (HERD_BIN_NS / 1e9)


@metric(
    "parked_again_ms",
    "ms",
    "all parked again",
    "Median over events of the time from publishing to the moment the last of the clients that it "
    "woke has asked again (long polling).",
    "lower",
)
def parked_again(data: TrialData) -> float:
    """A client's next request is intended for the moment it read the event."""
    requests, got, events = data.requests, data.outcomes, data.window_events
    if not len(requests) or not len(got) or not len(events):
        return math.nan
    requests = requests[np.argsort(requests["intended_ns"], kind="stable")]
    place = np.searchsorted(requests["intended_ns"], got["done_ns"])
    place = np.minimum(place, len(requests) - 1)
    asked = requests["intended_ns"][place] == got["done_ns"]
    # An event is known by its scheduled time, whoever it is meant for.
    events = events[np.argsort(events["intended_ns"], kind="stable")]
    event = np.searchsorted(events["intended_ns"], got["intended_ns"][asked])
    event = np.minimum(event, len(events) - 1)
    latest = np.full(len(events), np.iinfo(np.int64).min)
    np.maximum.at(latest, event, requests["sent_ns"][place[asked]])
    seen = latest > np.iinfo(np.int64).min
    if not np.any(seen):
        return math.nan
    return float(np.median(latest[seen] - events["published_ns"][seen])) / 1e6


def _of_slow(data: TrialData, slow: bool) -> np.ndarray:
    """Latencies of the clients that a fault stopped, or of all others."""
    rows = data.outcomes
    is_slow = np.zeros(len(rows), bool)
    for fault in data.faults:
        if (fault.actor, fault.verb) == ("clients", "stop"):
            first, last = fault.numbers
            is_slow |= (rows["client"] >= first) & (rows["client"] <= last)
    return difference_ns(rows[is_slow == slow], "done_ns", "intended_ns")


@metric(
    "slow_latency_mean",
    "ms",
    "latency mean of slow clients",
    "Mean latency of the clients that a fault stopped: they read nothing for a while.",
    "lower",
)
def slow_latency_mean(data: TrialData) -> float:
    values = _of_slow(data, True)
    return float(np.mean(values)) / 1e6 if len(values) else math.nan


@metric(
    "others_latency_mean",
    "ms",
    "latency mean of the others",
    "Mean latency of the clients that no fault stopped.",
    "lower",
)
def others_latency_mean(data: TrialData) -> float:
    values = _of_slow(data, False)
    return float(np.mean(values)) / 1e6 if len(values) else math.nan


def _per_client_second(data: TrialData, amount: float) -> float:
    return amount / int(data.load["clients"]) / data.metered_s


@metric(
    "wire_bytes_per_client_s",
    "B",
    "wire bytes per client and second",
    "Both directions: IP packets with their headers, per client and second, whatever is delivered.",
    "lower",
)
def wire_bytes_per_client_s(data: TrialData) -> float:
    return _per_client_second(data, data.wire_bytes("up") + data.wire_bytes("down"))


@metric(
    "generator_cpu_us_per_client_s",
    "us",
    "client CPU per client and second",
    "CPU time of the load process per client and second: what it costs to be a client.",
    "lower",
)
def generator_cpu_per_client_s(data: TrialData) -> float:
    return _per_client_second(data, data.cpu_ns("generator") / 1e3)


@metric(
    "backend_cpu_us_per_s",
    "us",
    "backend CPU per second",
    "CPU time of all backend roles together, per second, whatever is delivered.",
    "lower",
)
def backend_cpu_us_per_s(data: TrialData) -> float:
    present = [r for r in BACKEND_ROLES if r in data.marks.get("t0", {})]
    if not present:
        return math.nan
    return sum(data.cpu_ns(role) for role in present) / 1e3 / data.metered_s
