"""What handlers that compute take, beside the light ones.  Pure."""

from __future__ import annotations

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples

METRICS = Registry()


def heavy_ns(data: TrialData) -> np.ndarray:
    rows = data.select("heavy")
    return difference_ns(rows[rows["outcome"] == samples.OK], "done_ns", "intended_ns")


METRICS.mean(
    "heavy_mean",
    "heavy requests mean",
    "Mean of done - intended of requests whose handler computes.",
    heavy_ns,
)
METRICS.quantiles("heavy", "heavy requests", "times of requests that compute", heavy_ns)


@METRICS.metric(
    "heavy_requests",
    "",
    "heavy requests",
    "Requests whose handler computes that were answered, in the window.",
    "neither",
)
def heavy_requests(data: TrialData) -> float:
    return float(len(heavy_ns(data)))
