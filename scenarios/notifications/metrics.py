"""What some loads provoke: herds, slow readers, idle clients.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData

METRICS = Registry()

HERD_BIN_NS = 10_000_000
"""Bins in which a burst of requests is counted: 10 ms."""


@METRICS.metric(
    "herd_peak_requests_per_s",
    "/s",
    "peak request rate",
    "The largest number of requests that arrive within 10 ms, as a rate: the herd that an event "
    "triggers.",
    "lower",
)
def herd_peak(data: TrialData) -> float:
    if not len(data.requests):
        return math.nan
    bins = (data.requests["sent_ns"] - data.t0_ns) // HERD_BIN_NS
    return float(np.unique(bins, return_counts=True)[1].max()) / (HERD_BIN_NS / 1e9)


@METRICS.metric(
    "parked_again_ms",
    "ms",
    "all parked again",
    "Time from publishing an event until the last client that it woke has sent its next request "
    "(long polling); median over events.",
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
