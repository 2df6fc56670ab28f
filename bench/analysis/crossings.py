"""Where, along one parameter, another pattern becomes the first.  Pure.

Must not know what a pattern costs, nor why one is first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

FARTHEST = 1000.0
"""A crossing is looked for within this factor of the workload's value."""

HALVINGS = 12
TEN = 10.0

FirstAt = Callable[[float], str | None]
"""The pattern that is first where the parameter has a value; None where that is not known."""


@dataclass(frozen=True)
class Crossing:
    """With `value` of a parameter `pattern` becomes the first; `now` is the workload's value."""

    parameter: str
    value: float
    now: float
    pattern: str

    @property
    def distance(self) -> float:
        """How far away it is, as the logarithm of a factor."""
        return abs(math.log(self.value / self.now))


@dataclass(frozen=True)
class Way:
    """A parameter along which a crossing is looked for, from the workload's value."""

    parameter: str
    now: float
    is_whole: bool
    steps: int
    """Values within a factor of ten that are tried before the crossing is found by halving."""


def nearest(way: Way, first: str, first_at: FirstAt) -> Crossing | None:
    """The nearest crossing in either direction; none is looked for beyond what is known."""
    found = [one for up in (True, False) if (one := _towards(way, first, first_at, up)) is not None]
    return min(found, key=lambda one: one.distance) if found else None


def _towards(way: Way, first: str, first_at: FirstAt, up: bool) -> Crossing | None:
    step = TEN ** ((1 if up else -1) / way.steps)
    near = way.now
    while 1 / FARTHEST <= (far := near * step) / way.now <= FARTHEST:
        other = first_at(_rounded(way, far))
        if other is None:
            return None
        if other != first:
            return _between(way, first, first_at, near, far)
        near = far
    return None


def _between(way: Way, first: str, first_at: FirstAt, near: float, far: float) -> Crossing | None:
    for _ in range(HALVINGS):
        middle = math.sqrt(near * far)
        if first_at(_rounded(way, middle)) == first:
            near = middle
        else:
            far = middle
    value = _rounded(way, far)
    other = first_at(value)
    is_one = other is not None and other != first and value != way.now
    return Crossing(way.parameter, value, way.now, other) if other and is_one else None


def _rounded(way: Way, value: float) -> float:
    return max(1, round(value)) if way.is_whole else value
