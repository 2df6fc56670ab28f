"""How a value grows with a parameter: the exponent of its growth, over trials.  Pure.

The share that a straight line explains says nothing: over 1 to 1,000 a line explains 98 % of
N^1.5.  The exponent does: 1 is straight, N log N over the same levels is 1.2.  Knows numbers only.
"""

from __future__ import annotations

import numpy as np

FEWEST_LEVELS = 5
LEAST_SPAN = 50.0
"""The greatest level over the least: within a factor of 10 a slight bend looks straight."""

ROOM = 0.05
"""An exponent of 1 +- 0.05 is called straight: over a factor of 50 it is off by a fifth."""

LEAST, MOST, STEP = 0.05, 4.0, 0.02
"""Exponents that are looked for, and how finely before the last step."""


def whole_exponents(levels: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """k of y = b x^k by least squares of logarithms, for each row of the last axis.

    Nothing is subtracted, so what does not grow has an exponent of 0.  Rows must be positive.
    """
    x = np.log(levels)
    x = x - x.mean()
    found: np.ndarray = np.log(rows) @ x / (x @ x)
    return found


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
