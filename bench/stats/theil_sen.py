"""Where a line through noisy points reaches a value, with an interval.  Pure.

Median slope and median offset, which a few wild points do not move.  Knows numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats.trimmed import CONFIDENCE, centre


@dataclass(frozen=True)
class LineCrossing:
    """The x at which the line reaches the value, its 95 % interval, and of how many points."""

    value: float
    low: float
    high: float
    points: int


def reaches(
    x: Sequence[float], y: Sequence[float], target: float, least_slope: float
) -> LineCrossing | None:
    """Where the line through the points reaches `target`.

    Theil, Proc. Kon. Ned. Akad. v. Wetensch. 53 (1950); Sen, J. Am. Stat. Ass. 63 (1968):
    scipy.stats.theilslopes.  Each point, moved along the line, says where; their trimmed mean is
    the value and has its interval, once for the slope and once for each end of the slope's own
    95 % interval, of which it is the widest.  A slope flatter than `least_slope`, either way, is
    taken for that.  None where the slope itself is flatter or there are not two x.
    """
    from scipy.stats import theilslopes  # noqa: PLC0415 - slow to import

    places, values = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(set(places)) < 2:
        return None
    with np.errstate(invalid="ignore"):  # equal values leave no variance
        line = theilslopes(values, places, CONFIDENCE)
    if not abs(line.slope) >= least_slope:
        return None
    sign = math.copysign(1.0, line.slope)
    flattest = (max(least_slope, sign * float(end)) for end in (line.low_slope, line.high_slope))
    slopes = [float(line.slope), *(sign * slope for slope in flattest)]
    found = [centre(places - (values - target) / slope) for slope in slopes]
    ends = [entry.interval() for entry in found]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    return LineCrossing(float(found[0].value), float(low), float(high), len(places))
