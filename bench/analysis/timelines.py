"""From a trial's raw rows to its latency, and its callers' loop lag, over the window.  Pure.

Keeps a few numbers for each step; must not know how they are drawn.
"""

from __future__ import annotations

import numpy as np

from bench.analysis.metrics.harness import caller_ticks
from bench.analysis.shapes import Timeline
from bench.analysis.trialdata import TrialData, difference_ns

MOST_STEPS = 80
NS_PER_MS = 1e6


def timeline_of(data: TrialData) -> Timeline | None:
    """Latency by the time for which it was intended; None where nothing arrived."""
    return _steps(data, data.outcomes["intended_ns"], data.latencies_ns)


def loop_lag_of(data: TrialData) -> Timeline | None:
    """How late the event loops of parts that call came to a timer; None where there are none."""
    ticks = caller_ticks(data)
    return _steps(data, ticks["intended_ns"], difference_ns(ticks, "done_ns", "intended_ns"))


def _steps(data: TrialData, intended: np.ndarray, latency: np.ndarray) -> Timeline | None:
    """Sorted by step only: with millions of rows a sort by latency would take seconds."""
    length = data.t1_ns - data.t0_ns
    if not len(intended) or length <= 0:
        return None
    step = ((intended - data.t0_ns) * MOST_STEPS // length).astype(np.uint8)
    counts = np.bincount(step, minlength=MOST_STEPS)
    found = np.flatnonzero(counts)
    by_step = np.split(latency[np.argsort(step, kind="stable")], np.cumsum(counts)[:-1])
    middles = [np.partition(by_step[n], (counts[n] - 1) // 2)[(counts[n] - 1) // 2] for n in found]
    return Timeline(
        time_s=(found + 0.5) * (length / MOST_STEPS / 1e9),
        median_ms=np.array(middles) / NS_PER_MS,
        greatest_ms=np.array([by_step[n].max() for n in found]) / NS_PER_MS,
    )
