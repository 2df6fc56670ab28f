"""How long n waits take, what each costs, and what is done meanwhile.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model.metric import Counts

METRICS = Registry()
NAN = math.nan


def _waits(data: TrialData) -> float:
    """How many there are in a batch; NaN in other experiments."""
    return float(data.load.get("waits", NAN))


def batches(data: TrialData) -> np.ndarray:
    """The window's batches that were answered."""
    return data.outcomes


def makespan_ns(data: TrialData) -> np.ndarray:
    return difference_ns(data.outcomes, "done_ns", "intended_ns")


METRICS.mean(
    "makespan_mean",
    "makespan mean",
    "Mean time from a {event}'s first call to its last answer.",
    makespan_ns,
    batches,
)
METRICS.quantiles("makespan", "makespan", "times to a {event}'s last answer", makespan_ns, batches)


@METRICS.metric(
    "makespan_in_waits",
    "",
    "makespan in waits",
    "Mean makespan of a {event} over the time of one wait: 1 where all waits pass at once, their "
    "number where they pass one after the other.",
    "lower",
)
def makespan_in_waits(data: TrialData) -> float:
    wait_ns = data.load.get("wait_time_s", 0.0) * 1e9
    return float(np.mean(makespan_ns(data))) / wait_ns if len(data.outcomes) and wait_ns else NAN


@METRICS.metric(
    "work_units_per_event",
    "",
    "units of work per {event}",
    "Units of useful work that the program did while a {event} was under way.",
    "higher",
)
def work_units_per_event(data: TrialData) -> float:
    return float(np.mean(data.outcomes["bytes_up"])) if _has_work(data) else NAN


def work_counts(data: TrialData) -> Counts | None:
    """Units done, of as many as the batches' makespans had room for: none at all is known too."""
    unit_ns = data.counted.get("t0", {}).get("caller.unit_ns", 0.0)
    if not _has_work(data) or not unit_ns:
        return None
    room = float(makespan_ns(data).sum()) / unit_ns
    return Counts(float(data.outcomes["bytes_up"].sum()), room, "count")


@METRICS.metric(
    "work_share",
    "",
    "share of time that was used",
    "CPU time that the work done while a {event} was under way takes by itself, over the "
    "{event}'s makespan. Its unit is timed before anything is measured.",
    "higher",
    work_counts,
)
def work_share(data: TrialData) -> float:
    if not _has_work(data):
        return NAN
    return float(data.outcomes["bytes_down"].sum()) * 1e3 / float(makespan_ns(data).sum())


def _has_work(data: TrialData) -> bool:
    return bool(len(data.outcomes)) and data.load.get("work", "none") != "none"


def _harness_ns(data: TrialData) -> float:
    """CPU time of the thread that writes down what was measured, and measures the loop's lag."""
    start, end = (data.counted.get(mark, {}) for mark in ("t0", data.metered_to))
    name = "caller.harness_ns"
    return end[name] - start[name] if name in start and name in end else NAN


@METRICS.metric(
    "caller_cpu_us_per_wait",
    "us",
    "caller CPU per wait",
    "CPU time of the program per wait: that of its process, less the thread in which the harness "
    "records what is measured.",
    "lower",
)
def caller_cpu_us_per_wait(data: TrialData) -> float:
    spent_ns = data.cpu_ns("caller") - _harness_ns(data)
    return data.per_piece(spent_ns / 1e3) / _waits(data)


@METRICS.metric(
    "caller_memory_bytes_per_wait",
    "B",
    "caller memory per wait",
    "Growth of the program's resident memory from before its first connection to the window's "
    "end, per wait of a {event}.",
    "lower",
)
def caller_memory_bytes_per_wait(data: TrialData) -> float:
    return data.memory_growth("caller") / _waits(data)
