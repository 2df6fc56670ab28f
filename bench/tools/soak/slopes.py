"""Whether memory grows: the slope over a window, with its interval.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats.estimates import CONFIDENCE

BLOCKS = 20
"""A window is cut into so many: within one of them readings resemble each other."""

FEWEST_IN_BLOCK = 3
SETTLED = 0.1
"""The first share of a window is left out: buffers and arenas still grow into their size."""


@dataclass(frozen=True)
class Slope:
    """Bytes per hour, the 95 % interval, and the median of all readings."""

    per_hour: float
    low: float
    high: float
    median: float

    @property
    def grows(self) -> bool:
        return self.low > 0


def slope_of(times_s: Sequence[float], values: Sequence[float]) -> Slope | None:
    """The median slope between means of blocks; None where there are too few readings.

    Theil and Sen, as in bench/stats/theil_sen.py, by scipy.stats.theilslopes.
    """
    from scipy.stats import theilslopes  # noqa: PLC0415 - slow to import

    times, found = np.asarray(times_s, dtype=float), np.asarray(values, dtype=float)
    if not len(times):
        return None
    late = times >= times.min() + SETTLED * (times.max() - times.min())
    times, found = times[late], found[late]
    if len(times) < BLOCKS * FEWEST_IN_BLOCK:
        return None
    x = np.array([block.mean() for block in np.array_split(times, BLOCKS)])
    y = np.array([block.mean() for block in np.array_split(found, BLOCKS)])
    with np.errstate(invalid="ignore"):  # equal values leave no variance
        line = theilslopes(y, x, CONFIDENCE)
    ends = sorted((float(line.low_slope), float(line.high_slope)))
    per_hour = 3600.0
    return Slope(
        float(line.slope) * per_hour,
        ends[0] * per_hour,
        ends[1] * per_hour,
        float(np.median(found)),
    )
