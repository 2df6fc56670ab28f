"""Where two curves cross: the level at which their ratio is 1, with an interval over trials.  Pure.

Where the form of both curves is known (a + b / x, a + b x) it is fitted.  Otherwise only that
the ratio rises or falls is assumed.  Then a wide gap between levels could hide the crossing
anywhere: it is read off five interpolations, and the interval takes in what all of them say.
Knows numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.stats.trimmed import FEWEST, centre

Form = Literal["inverse", "straight", "monotone"]
Remedy = Literal["none", "level", "repeats"]

BASES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "inverse": lambda x: 1 / x,
    "straight": lambda x: x,
}

NARROW = 0.10
"""A crossing is known where its interval reaches from value / 1.1 to value x 1.1 at most."""

FEWEST_LEVELS = 4
"""Through fewer levels any form of two constants goes too well to be doubted."""

MISFIT = 0.002
"""A level that is off a fitted form by less than this share does not speak against it."""

DOUBT = 0.1
"""A form is dropped at this p value, corrected for levels and curves: to drop it is safe."""


@dataclass(frozen=True)
class Crossing:
    """The level of the crossing and its 95 % interval; NaN where there are too few trials.

    `form` is what was fitted in the end.  `shape_share` is the part of the interval's width, on
    logarithms, that comes from not knowing the curve between levels rather than from noise.
    """

    value: float
    low: float
    high: float
    trials: int
    form: Form
    shape_share: float

    @property
    def is_narrow(self) -> bool:
        """Whether the interval lies within 10 % of the value on either side."""
        known = self.trials >= FEWEST and self.value > 0
        return known and max(self.high / self.value, self.value / self.low) <= 1 + NARROW

    @property
    def remedy(self) -> Remedy:
        """What would narrow it: another level at the crossing, or more repeats."""
        if self.is_narrow:
            return "none"
        return "level" if self.trials >= FEWEST and self.shape_share > 0.5 else "repeats"


def crossing(
    levels: Sequence[float] | np.ndarray,
    mine: Sequence[Sequence[float]] | np.ndarray,
    theirs: Sequence[Sequence[float]] | np.ndarray,
    form: Form = "monotone",
) -> Crossing:
    """Where two curves cross, found in every trial.

    `mine` and `theirs` hold the values at all levels (ascending, positive) for each trial.
    A known form needs four levels, and is dropped where the values contradict it.  Trials in
    which a value is missing or not positive are left out.  Where a trial's own curves
    do not cross, its crossing counts as lying at that end of the levels.  ValueError for fewer
    than two levels.  The monotone fit is the pool-adjacent-violators algorithm
    (scipy.optimize.isotonic_regression).
    """
    x = np.asarray(levels, dtype=float)
    if len(x) < 2 or not np.all(np.diff(x) > 0) or not x[0] > 0:
        raise ValueError("a crossing needs two or more positive levels in ascending order")
    first, second = np.asarray(mine, dtype=float), np.asarray(theirs, dtype=float)
    usable = np.all(first > 0, axis=1) & np.all(second > 0, axis=1)
    first, second = first[usable], second[usable]
    if not len(first):
        return Crossing(math.nan, math.nan, math.nan, 0, form, math.nan)
    if form != "monotone" and not _fits(x, first, second, form):
        form = "monotone"
    roots = _monotone(x, first, second) if form == "monotone" else [_fitted(x, first, second, form)]
    return _over_trials(roots, form)


def _over_trials(roots: Sequence[np.ndarray], form: Form) -> Crossing:
    """From the logarithms of the crossings, by way of finding them and by trial."""
    found = [centre(logs) for logs in roots]
    ends = [entry.interval() for entry in found]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    noise, width = ends[0][1] - ends[0][0], high - low
    share = 1 - noise / width if width > 0 else 0.0
    value = math.exp(found[0].value)
    return Crossing(value, math.exp(low), _exp(high), found[0].trials, form, share)


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))


# --- a known form ------------------------------------------------------------------------


def _line(basis: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """a and b of rows = a + b basis, by least squares of relative errors, for each row."""
    weights = 1 / rows
    ones, cross = (weights**2).sum(axis=-1), (weights**2 * basis).sum(axis=-1)
    squares = (weights**2 * basis**2).sum(axis=-1)
    left, right = weights.sum(axis=-1), (weights * basis).sum(axis=-1)
    determinant = ones * squares - cross**2
    return (squares * left - cross * right) / determinant, (
        ones * right - cross * left
    ) / determinant


def _fitted(x: np.ndarray, mine: np.ndarray, theirs: np.ndarray, form: Form) -> np.ndarray:
    """The logarithm of the level at which the fitted curves are equal, in each trial."""
    basis = BASES[form](x)
    (a, b), (c, d) = _line(basis, mine), _line(basis, theirs)
    with np.errstate(divide="ignore", invalid="ignore"):
        place = (c - a) / (b - d)
    least, most = basis.min(), basis.max()
    inside = np.clip(np.where(np.isnan(place), least, place), least, most)
    found: np.ndarray = np.log(1 / inside if form == "inverse" else inside)
    return found


def _fits(x: np.ndarray, mine: np.ndarray, theirs: np.ndarray, form: Form) -> bool:
    """Whether no level clearly lies off the form by more than MISFIT."""
    if len(x) < FEWEST_LEVELS:
        return False
    basis = BASES[form](x)
    for rows in (mine, theirs):
        start, slope = _line(basis, rows)
        curve = start[:, None] + slope[:, None] * basis
        if not np.all(curve > 0):
            return False
        found = centre(np.log(rows / curve).T)
        if len(rows) > 1:
            level = DOUBT / (4 * len(x))  # two curves, two sides, every level
            above, below = found.p_above(math.log1p(MISFIT)), found.p_below(math.log1p(-MISFIT))
            if min(np.min(above), np.min(below)) < level:
                return False
    return True


# --- no known form -----------------------------------------------------------------------


def _monotone(x: np.ndarray, mine: np.ndarray, theirs: np.ndarray) -> list[np.ndarray]:
    """Logarithms of the crossings in each trial, by five interpolations of a monotone ratio.

    Straight in logarithms comes first: its spread is that of the noise.  The others are straight
    in x or in 1 / x, for the ratio and for its inverse: shapes that bend to either side.
    """
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - slow to import

    logs = np.log(mine / theirs)
    if np.median(logs[:, -1] - logs[:, 0]) < 0:
        logs = -logs
    rising = np.array([isotonic_regression(row).x for row in logs])
    ratio, inverse = np.expm1(rising), -np.expm1(-rising)
    return [
        _zeros(np.log(x), rising),
        np.log(_zeros(x, ratio)),
        -np.log(_zeros(1 / x, ratio)),
        np.log(_zeros(x, inverse)),
        -np.log(_zeros(1 / x, inverse)),
    ]


def _zeros(places: np.ndarray, rising: np.ndarray) -> np.ndarray:
    """Where rows that rise cross 0, straight between places; at the end where they do not."""
    below = np.clip((rising < 0).sum(axis=1) - 1, 0, rising.shape[1] - 2)
    rows = np.arange(len(rising))
    before, after = rising[rows, below], rising[rows, below + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(after > before, -before / (after - before), 0.5)
    found: np.ndarray = places[below] + np.clip(share, 0, 1) * (places[below + 1] - places[below])
    return found
