"""Where an interval lies relative to where it is wanted, and the interval of a median.  Pure.

Knows neither trials nor claims.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import bdtr

from bench.stats.estimates import CONFIDENCE

Ends = tuple[float, float]

UNKNOWN: Ends = (math.nan, math.nan)


def inside(ends: Ends, wanted: Ends) -> bool:
    return wanted[0] <= ends[0] and ends[1] <= wanted[1]


def outside(ends: Ends, wanted: Ends) -> bool:
    return ends[1] < wanted[0] or wanted[1] < ends[0]


def decides(ends: Ends, wanted: Ends) -> bool:
    return inside(ends, wanted) or outside(ends, wanted)


def median_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Ends:
    """An interval of the median that assumes no shape: from order statistics.

    Hahn and Meeker, "Statistical Intervals" (1991), 5.2: the ends are the values of ranks r and
    n + 1 - r with the greatest r whose two tails of the binomial hold at most the error.  NaN
    below six values, of which even the extremes do not reach 95 %.
    """
    rank, count = 0, len(values)
    while rank < count // 2 and 2 * float(bdtr(rank, count, 0.5)) <= 1 - confidence:
        rank += 1
    if not rank:
        return UNKNOWN
    ordered = sorted(values)
    return ordered[rank - 1], ordered[-rank]
