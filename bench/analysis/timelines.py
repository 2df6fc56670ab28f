"""From a trial's raw rows to its latency over the window.  Pure.

Keeps a few numbers for each step; must not know how they are drawn.
"""

from __future__ import annotations

import numpy as np

from bench.analysis.shapes import Timeline
from bench.analysis.trialdata import TrialData

MOST_STEPS = 80
NS_PER_MS = 1e6


def timeline_of(data: TrialData) -> Timeline | None:
    """Latency by the time for which it was intended; None where nothing arrived."""
    intended, latency = data.outcomes["intended_ns"], data.latencies_ns
    length = data.t1_ns - data.t0_ns
    if not len(intended) or length <= 0:
        return None
    step = np.minimum((intended - data.t0_ns) * MOST_STEPS // length, MOST_STEPS - 1)
    order = np.lexsort((latency, step))
    step, ordered = step[order], latency[order] / NS_PER_MS
    found, first, count = np.unique(step, return_index=True, return_counts=True)
    # Within a step in order: the median is in the middle, the greatest last.
    return Timeline(
        time_s=(found + 0.5) * (length / MOST_STEPS / 1e9),
        median_ms=ordered[first + (count - 1) // 2],
        greatest_ms=ordered[first + count - 1],
    )
