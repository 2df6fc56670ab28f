"""Where an interval lies relative to where it is wanted.  Pure.

Knows neither trials nor claims.
"""

from __future__ import annotations

import math

Ends = tuple[float, float]

UNKNOWN: Ends = (math.nan, math.nan)


def inside(ends: Ends, wanted: Ends) -> bool:
    return wanted[0] <= ends[0] and ends[1] <= wanted[1]


def outside(ends: Ends, wanted: Ends) -> bool:
    return ends[1] < wanted[0] or wanted[1] < ends[0]


def decides(ends: Ends, wanted: Ends) -> bool:
    return inside(ends, wanted) or outside(ends, wanted)
