"""Raw nanoseconds as one number of milliseconds, NaN where there are none.  Pure.

For metrics that have no interval of their own; percentiles stand in bench/stats.
"""

from __future__ import annotations

import math

import numpy as np


def mean_ms(values_ns: np.ndarray) -> float:
    return float(np.mean(values_ns)) / 1e6 if len(values_ns) else math.nan


def median_ms(values_ns: np.ndarray) -> float:
    return float(np.median(values_ns)) / 1e6 if len(values_ns) else math.nan
