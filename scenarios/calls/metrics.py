"""What a call costs at both ends.  Pure."""

from __future__ import annotations

import math

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData

METRICS = Registry()

ENDS = ("caller", "server")


@METRICS.metric(
    "ends_cpu_us_per_event",
    "us",
    "CPU of both ends per {event}",
    "CPU time of caller and server together, per {outcome}.",
    "lower",
)
def ends_cpu_us_per_event(data: TrialData) -> float:
    return data.per_piece(sum(data.cpu_ns(role) for role in ENDS) / 1e3)


def _per_call(data: TrialData, end: str) -> float:
    """CPU nanoseconds that one end spent on a call's messages, as it counted itself."""
    start, stop = data.counted.get("t0", {}), data.counted.get("t1", {})
    spent, calls = f"{end}.messages_ns", f"{end}.calls"
    done = stop.get(calls, math.nan) - start.get(calls, 0.0)
    return (stop[spent] - start.get(spent, 0.0)) / done if done > 0 else math.nan


@METRICS.metric(
    "messages_cpu_us_per_event",
    "us",
    "CPU of messages per {event}",
    "CPU time that caller and server together spend on writing the messages of one {outcome} and "
    "on reading them, by their own measurement; what carries the messages is not included.",
    "lower",
)
def messages_cpu_us_per_event(data: TrialData) -> float:
    return sum(_per_call(data, end) for end in ENDS) / 1e3


@METRICS.metric(
    "messages_cpu_share",
    "",
    "share of messages",
    "Share of writing and reading messages in the CPU time of both ends.",
    "neither",
)
def messages_cpu_share(data: TrialData) -> float:
    whole = ends_cpu_us_per_event(data)
    return messages_cpu_us_per_event(data) / whole if whole > 0 else math.nan
