"""Closed-form predictions for `waiting`.  Pure: numbers in, number out.

Symbols: n waits, D how long each takes, w how many are under way at a time, s what a wait costs
that the others have to stand in line for.
"""

from __future__ import annotations

import math


def makespan(waits: int, wait_s: float, at_once: int, each_s: float = 0.0) -> float:
    """SYNC-1: ceil(n/w) D + n s.  Blocking calls have w = 1."""
    return math.ceil(waits / at_once) * wait_s + waits * each_s


def cost_of_each(waits: int, wait_s: float, at_once: int, lasted_s: float) -> float:
    """SYNC-1's s, from how long n waits took; not below 0."""
    return max(0.0, lasted_s - makespan(waits, wait_s, at_once)) / waits
