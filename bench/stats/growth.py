"""How a value grows with a parameter: the exponent of its growth, over trials.  Pure.

The share that a straight line explains says nothing: over 1 to 1,000 a line explains 98 % of
N^1.5.  The exponent does: 1 is straight, N log N over the same levels is 1.2.  Knows numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.stats.trimmed import CONFIDENCE, FEWEST, Centre, centre, repeats_to_settle

Shape = Literal["as claimed", "otherwise", "neither"]

FEWEST_LEVELS = 5
LEAST_SPAN = 50.0
"""The greatest level over the least: within a factor of 10 a slight bend looks straight."""

ROOM = 0.05
"""An exponent of 1 +- 0.05 is called straight: over a factor of 50 it is off by a fifth."""

LEAST, MOST, STEP = 0.05, 4.0, 0.02
"""Exponents that are looked for, and how finely before the last step."""


@dataclass(frozen=True)
class Growth:
    """The exponent over trials and its 95 % interval; NaN where there are too few trials.

    `levels_suffice` is False with fewer than 5 levels or a span below 50: then nothing is settled.
    """

    value: float
    low: float
    high: float
    trials: int
    levels_suffice: bool
    centre: Centre

    def p_within(self, exponent: float = 1.0, room: float = ROOM) -> float:
        """p of "the exponent is not within exponent +- room", on a 95 % interval's scale."""
        below, above = self.centre.p_above(exponent - room), self.centre.p_below(exponent + room)
        return float(min(1.0, 2 * max(below, above)))

    def p_beyond(self, exponent: float = 1.0, room: float = ROOM) -> float:
        """p of "the exponent is within exponent +- room", on the same scale."""
        below, above = self.centre.p_below(exponent - room), self.centre.p_above(exponent + room)
        return float(min(1.0, 2 * min(below, above)))

    def shape(
        self, exponent: float = 1.0, room: float = ROOM, level: float = 1 - CONFIDENCE
    ) -> Shape:
        """Whether it grows as x^exponent: only if the whole interval lies within the room."""
        if not self.levels_suffice or self.trials < FEWEST:
            return "neither"
        if self.p_within(exponent, room) < level:
            return "as claimed"
        return "otherwise" if self.p_beyond(exponent, room) < level else "neither"

    def repeats(self, exponent: float = 1.0, room: float = ROOM) -> int:
        """Trials in all that would settle the shape in nine of ten cases."""
        if not self.trials:
            return FEWEST
        return repeats_to_settle(self.centre, abs(room - abs(self.value - exponent)))


def growth(levels: Sequence[float] | np.ndarray, rows: Sequence[Sequence[float]]) -> Growth:
    """The exponent k of y = a + b x^k: fitted in every trial, and its interval over trials.

    `rows` holds the value at every level for each trial.  The part a that does not grow is
    fitted along with it.  A trial with a value that is missing or not positive is left out.
    """
    x = np.asarray(levels, dtype=float)
    y = np.asarray(rows, dtype=float).reshape(len(rows), len(x))
    usable = y[np.all(y > 0, axis=1)]  # NaN is not greater than 0
    suffice = len(set(x)) >= FEWEST_LEVELS and float(x.max()) >= LEAST_SPAN * float(x.min())
    fits = len(usable) and len(set(x)) > 2
    found = centre(exponents(x, usable) if fits else [])
    low, high = found.interval()
    return Growth(found.value, float(low), float(high), found.trials, suffice, found)


def exponents(levels: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """k of y = a + b x^k by least squares of relative errors, for each row of the last axis.

    Variable projection (Golub and Pereyra, SIAM J. Numer. Anal. 10, 1973): for given k the best
    a and b are a linear fit, so only k is searched for; the least is refined by a parabola.
    Needs three levels; rows must be positive.
    """
    grid = np.arange(LEAST, MOST + STEP / 2, STEP)
    powers = (levels / levels.max()) ** grid[:, None]
    weights = 1 / rows
    ones, squares = weights.sum(axis=-1), (weights**2).sum(axis=-1)
    of_power = np.tensordot(weights, powers, (-1, -1))
    cross = np.tensordot(weights**2, powers, (-1, -1))
    of_square = np.tensordot(weights**2, powers**2, (-1, -1))
    first, second = squares[..., None], ones[..., None]
    determinant = first * of_square - cross**2
    start = (of_square * second - cross * of_power) / determinant
    slope = (first * of_power - cross * second) / determinant
    left = len(levels) - start * second - slope * of_power
    place = np.clip(np.argmin(left, axis=-1), 1, len(grid) - 2)[..., None]
    before, at, after = (
        np.take_along_axis(left, place + shift, -1)[..., 0] for shift in (-1, 0, 1)
    )
    bend = before - 2 * at + after
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend > 0, (before - after) / 2 / bend, 0.0)
    found: np.ndarray = grid[place[..., 0]] + np.clip(shift, -1, 1) * STEP
    return found


def power_words(value: float) -> str:
    """`N^1.5`, for an exponent as it is shown."""
    return f"N^{value:.2f}" if not math.isnan(value) else "N^?"
