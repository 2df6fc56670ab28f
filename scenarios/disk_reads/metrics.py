"""Whether files came from the disk, and how fast.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns

METRICS = Registry()

SLOW_NS = 5_000_000


@METRICS.metric(
    "slow_reads",
    "",
    "reads of over 5 ms",
    "Files whose reading took over 5 ms (done - sent), in the window.",
    "neither",
)
def slow_reads(data: TrialData) -> float:
    return float(np.count_nonzero(difference_ns(data.outcomes, "done_ns", "sent_ns") > SLOW_NS))


@METRICS.metric(
    "cached_share",
    "",
    "share that was in memory",
    "Bytes of the files that the page cache held just before they were read (mincore), over all "
    "bytes that were read.",
    "neither",
)
def cached_share(data: TrialData) -> float:
    read = float(data.outcomes["bytes_down"].sum())
    return float(data.outcomes["bytes_up"].sum()) / read if read else math.nan
