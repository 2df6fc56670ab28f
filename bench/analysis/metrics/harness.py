"""What the harness adds of its own: lags of generator, loop and event source.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics.registry import SHARED
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model.samples import RECEIPT

CLIENTS = 0
"""In the column `part`: rows of the load process."""


def lag_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.requests, "sent_ns", "intended_ns")


SHARED.quantiles(
    "generator_lag", "generator lag", "lags of the generator (sent - intended) of requests", lag_ns
)


def tick_ns(data: TrialData) -> np.ndarray:
    ticks = data.select("tick")
    return difference_ns(ticks[ticks["part"] == CLIENTS], "done_ns", "intended_ns")


SHARED.quantiles(
    "loop_lag", "loop lag", "lags of a 10 ms timer in the load process's event loop", tick_ns
)


def read_delay_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.select(RECEIPT), "done_ns", "intended_ns")


SHARED.quantiles(
    "read_delay",
    "read delay",
    "delays of reads (read - received by the kernel), of those that were followed,",
    read_delay_ns,
)


def caller_ticks(data: TrialData) -> np.ndarray:
    """The rows of the timers in parts that call."""
    ticks = data.select("tick")
    found: np.ndarray = ticks[ticks["part"] != CLIENTS]
    return found


def caller_tick_ns(data: TrialData) -> np.ndarray:
    return difference_ns(caller_ticks(data), "done_ns", "intended_ns")


SHARED.quantiles(
    "caller_lag",
    "caller lag",
    "lags of a 10 ms timer in the event loops of the parts that call",
    caller_tick_ns,
)


def source_lag_ns(data: TrialData) -> np.ndarray:
    events = data.window_events
    return difference_ns(events[events["published_ns"] > 0], "published_ns", "intended_ns")


SHARED.quantiles(
    "source_lag",
    "source lag",
    "delays of the backend's event source (published - scheduled)",
    source_lag_ns,
)


@SHARED.metric(
    "faults_done",
    "",
    "faults carried out",
    "How many of the faults that the load asks for were carried out in the trial, counting each "
    "occurrence.",
    "neither",
)
def faults_done(data: TrialData) -> float:
    return float(sum(one.began_ns is not None and not one.failure for one in data.faults))


@SHARED.metric(
    "clock_uncertainty_us",
    "us",
    "uncertainty of clocks between hosts",
    "The most by which a time that begins on one host and ends on another may be off, because "
    "the hosts' clocks are known only so well; that of the worst host. A run on one host has "
    "none.",
    "lower",
)
def clock_uncertainty_us(data: TrialData) -> float:
    known = [
        host["uncertainty_ns"] / 1e3 for host in data.hosts.values() if "uncertainty_ns" in host
    ]
    return max(known, default=math.nan)
