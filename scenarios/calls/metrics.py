"""What a call costs at both ends.  Pure."""

from __future__ import annotations

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
