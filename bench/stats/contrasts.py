"""How two patterns of one run differ, from two repeats on.  Pure.

Welch's test of the trials' means, or the test of their pairs where the rounds of the run
explain most of the spread.  Nothing is trimmed: of six trials in two clusters that says
"different" too often.  The spread is never believed to be smaller than what the metric can
resolve.  How often it errs, and what it finds: docs/verdicts.md.  Knows numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.stats.distributions import stdtrit
from bench.stats.trimmed import CONFIDENCE, widening
from bench.stats.two_samples import Shift

PAIRED_FROM = 3
"""Repeats from which pairs are looked at: two pairs are narrow by chance too often."""

CLEARLY_NARROWER = 1 / 3
"""Pairs count where their interval is narrower by this factor.  To take the narrower of the two
each time would falsely find a difference in 6 to 8 % of cases; so it does in at most 5 %."""

FEW_ALIKE = {3: 1.5, 4: 1.05}
"""By how much so few repeats err more than their spread tells: three trials of which some are fast
and some slow may all be fast, and a family of comparisons then finds what is none."""


@dataclass(frozen=True)
class Mean:
    """The mean of trials, and its standard error; arrays where there are many sets of trials."""

    value: Any
    error: Any
    trials: int

    @property
    def freedom(self) -> int:
        return self.trials - 1


def mean(values: np.ndarray) -> Mean:
    """Of at least two trials along the last axis."""
    count = values.shape[-1]
    return Mean(
        np.mean(values, axis=-1), np.std(values, axis=-1, ddof=1) * error_of_one(count), count
    )


def error_of_one(count: int) -> float:
    """The standard error of so many trials whose standard deviation is 1."""
    return widening(count) * FEW_ALIKE.get(count, 1.0) / math.sqrt(count)


def contrast(
    first: np.ndarray, second: np.ndarray, resolution: tuple[float, float] = (0.0, 0.0)
) -> Shift:
    """How far `second` lies above `first`, along the last axis: one value a repeat, in order.

    Both have as many repeats, at least two, in any unit (logarithms give a ratio).
    `resolution` is the least standard deviation that a single trial of each can have, in that
    unit: of a count n, 1 / sqrt(n) of its logarithm.
    """
    sides = mean(first), mean(second)
    seen = [floored(one, least) for one, least in zip(sides, resolution, strict=True)]
    value = sides[1].value - sides[0].value
    # Which test, and how much freedom, is the trials' own: else a floor could narrow an interval.
    apart = Shift(value, _joint(sides), _freedom(sides))
    error = _joint(seen)
    if first.shape[-1] < PAIRED_FROM:
        return Shift(value, error, np.ones_like(apart.freedom))
    pairs = mean(second - first)
    together = Shift(pairs.value, pairs.error, np.asarray(float(pairs.freedom)))
    narrower = _half(together) < CLEARLY_NARROWER * _half(apart)
    return Shift(
        np.where(narrower, together.centre, apart.centre),
        np.where(narrower, floored(pairs, float(np.hypot(*resolution))).error, error),
        np.where(narrower, together.freedom, apart.freedom),
    )


def _joint(sides: Sequence[Mean]) -> Any:
    """The standard error of their difference."""
    return np.hypot(sides[0].error, sides[1].error)


def _freedom(sides: Sequence[Mean]) -> Any:
    """Of Welch's test."""
    parts = [np.asarray(one.error, dtype=float) ** 2 for one in sides]
    squares = sum(part**2 / one.freedom for part, one in zip(parts, sides, strict=True))
    most = float(sum(one.freedom for one in sides))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, (parts[0] + parts[1]) ** 2 / squares, most)


def floored(found: Mean, least: float) -> Mean:
    """The mean with at least the error that trials of the least spread would have."""
    floor = least * error_of_one(found.trials)
    return Mean(found.value, np.maximum(found.error, floor), found.trials)


def _half(shift: Shift) -> Any:
    return stdtrit(shift.freedom, (1 + CONFIDENCE) / 2) * shift.error
