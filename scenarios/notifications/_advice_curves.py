"""Costs over the rate of messages, as curves through measured points.  Pure.

What a message costs falls with their rate: a core that wakes up for one finds the next waiting.
Between two points nothing is assumed but that the curve goes on evenly.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from bench.model.law import NoValue

Point = tuple[float, float]
"""Messages per second, and what they cost in a second."""


def through(points: Sequence[Point], rate: float) -> float:
    """The cost at a rate: a straight line between two points, which goes on beyond the last ones.

    NoValue where two points are of one rate, so that no line goes through them.
    """
    ordered = sorted(points)
    if any(first[0] == second[0] for first, second in itertools.pairwise(ordered)):
        raise NoValue("by the constants two calibrations had as many messages")
    place = 1
    while place < len(ordered) - 1 and rate > ordered[place][0]:
        place += 1
    (x1, y1), (x2, y2) = ordered[place - 1 : place + 1]
    return y1 + (rate - x1) * (y2 - y1) / (x2 - x1)


def between(points: Sequence[Point], rate: float) -> float:
    """A value at a rate, even in its logarithm; that of the nearest point beyond the last ones."""
    ordered = sorted(points)
    for (x1, y1), (x2, y2) in itertools.pairwise(ordered):
        if x1 <= rate <= x2:
            return y1 + (y2 - y1) * math.log(rate / x1) / math.log(x2 / x1)
    return ordered[0][1] if rate <= ordered[0][0] else ordered[-1][1]


def dearer(near: Sequence[Point], far: Sequence[Point], rate: float) -> float:
    """What messages cost over a link, as a multiple of what they cost without, at a rate.

    What there is without messages is in both.  NoValue where messages cost nothing, or less.
    """
    idle = through(near, 0.0)
    ratios = []
    for messages, cost in far:
        without, over_it = through(near, messages) - idle, cost - idle
        if min(without, over_it) <= 0:
            raise NoValue("by the constants an event costs nothing, or less")
        ratios.append((messages, over_it / without))
    return between(ratios, rate)
