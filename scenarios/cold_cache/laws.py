"""Closed-form predictions for `cold_cache`.  Pure: numbers in, number out.

A cache that is never full keeps each value that it has looked up.  Key i is looked up at random
times with share p_i of a rate X: after a time t it has been looked up with 1 - exp(-p_i X t).
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def hit_share(weights: Sequence[float], lookups: float) -> float:
    """ST-4: of a lookup after so many: sum of p (1 - exp(-p n)); alike 1 - exp(-X t / k)."""
    return sum(p * -math.expm1(-p * lookups) for p in weights)


def misses(weights: Sequence[float], lookups: float) -> float:
    """ST-4: keys that were looked up at least once in the first so many: each has missed once."""
    return sum(-math.expm1(-p * lookups) for p in weights)


def mean_hit_share(weights: Sequence[float], begin: float, end: float) -> float:
    """ST-4: of the lookups from `begin` to `end`: all but the new misses."""
    return 1 - (misses(weights, end) - misses(weights, begin)) / (end - begin)
