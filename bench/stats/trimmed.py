"""The centre of repeated trials with an interval that holds at the noise of real trials.  Pure.

Trials of one machine are not independent draws from a normal distribution: each resembles the
one before it, and some are disturbed.  The trimmed mean forgets the greatest and the least; its
error is widened by what a correlation between neighbours hides.  Knows numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.stats.distributions import nctdtr, ndtri, stdtr, stdtrit

CONFIDENCE = 0.95
"""How sure the intervals of this project are."""

TRIM = 0.2
"""The share of trials that is left out at either end, from `FEWEST` on: one of six, two of ten."""

CORRELATION = 0.3
"""The lag-1 correlation between trials for which intervals have room."""

DISTURBED = 0.18
"""What one disturbed trial in ten, always to the same side, shifts the centre by, in winsorized
standard deviations, seen as a standard error: no number of trials takes it away."""

ROUNDING = 1e-12
"""Relative: less than this between two values is arithmetic, not spread."""

FEWEST = 6
"""Fewer trials settle nothing: five that all lie on one side do so by chance in 6 % of cases."""

MOST = 1_000
"""More repeats than anybody makes."""

POWER = 0.9
"""The chance with which a proposed number of repeats settles what it is proposed for."""


@dataclass(frozen=True)
class Centre:
    """The centre of trials, its standard error and degrees of freedom.

    `error` is NaN of fewer than two trials.  `value` and `error` may be arrays: one entry for
    each of many sets of trials.
    """

    value: Any
    error: Any
    trials: int

    @property
    def freedom(self) -> int:
        return freedom(self.trials)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[Any, Any]:
        """Ends of the two-sided interval, in the values' unit."""
        if self.trials < 2:
            return self.error, self.error
        half = stdtrit(self.freedom, (1 + confidence) / 2) * self.error
        return self.value - half, self.value + half

    def p_above(self, bound: Any) -> Any:
        """One-sided p of "the centre is at most the bound": small where it lies above."""
        return self._tail(bound - self.value)

    def p_below(self, bound: Any) -> Any:
        """One-sided p of "the centre is at least the bound": small where it lies below."""
        return self._tail(self.value - bound)

    def _tail(self, against: Any) -> Any:
        if self.trials < 2:
            return np.full(np.shape(against), math.nan) if np.ndim(against) else math.nan
        away, error = np.asarray(against, dtype=float), np.asarray(self.error, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(away == 0, 0.0, away / error)  # of trials that are alike: infinite
        found = stdtr(self.freedom, score)
        return found if np.ndim(found) else float(found)


def centre(values: Sequence[float] | np.ndarray) -> Centre:
    """The trimmed mean along the last axis, with Yuen's standard error, widened.

    Tukey and McLaughlin, Sankhya A 25 (1963); Yuen, Biometrika 61 (1974): the variance is that
    of the winsorized values.  Of 2 to 5 trials nothing is trimmed: it is Student's t.  Where
    the trials that stay are alike but not all are, the spread is that of all.  The order of
    trials does not matter.  How often it errs: docs/self-proof.md.
    """
    ordered = np.sort(np.asarray(values, dtype=float), axis=-1)
    count = ordered.shape[-1]
    if not count:
        return Centre(math.nan, math.nan, 0)
    cut = _cut(count)
    kept = ordered[..., cut : count - cut]
    value = np.mean(kept, axis=-1)
    if count < 2:
        return Centre(_plain(value), _plain(np.full_like(value, math.nan)), count)
    winsorized = np.std(np.clip(ordered, kept[..., :1], kept[..., -1:]), axis=-1, ddof=1)
    every = np.std(ordered, axis=-1, ddof=1)
    least = ROUNDING * np.max(np.abs(ordered), axis=-1)
    error = np.where(winsorized > least, winsorized * _per_spread(count), 0.0)
    alike = (winsorized <= least) & (every > least)
    error = np.where(alike, every * widening(count) / math.sqrt(count), error)
    return Centre(_plain(value), _plain(error), count)


def _plain(value: Any) -> Any:
    return value if np.ndim(value) else float(value)


def _cut(count: int) -> int:
    return int(TRIM * count + 1e-9) if count >= FEWEST else 0


def freedom(count: int) -> int:
    """Degrees of freedom of so many trials: of those that are not trimmed, less 1."""
    return count - 2 * _cut(count) - 1


def _per_spread(count: int) -> float:
    """The standard error of the centre for a winsorized standard deviation of 1."""
    kept = count - 2 * _cut(count)
    drawn = widening(count) * math.sqrt((count - 1) / (kept * (kept - 1)))
    return math.hypot(drawn, DISTURBED)


def widening(count: int, correlation: float = CORRELATION) -> float:
    """What the usual standard error of a mean misses if neighbours correlate.

    sqrt(n var(mean) / E[s^2]) of a first-order autoregression (Bayley and Hammersley, Suppl.
    J. Royal Stat. Soc. 8 (1946)): the mean varies more, and the sample's own spread less.
    """
    rest = 1 - correlation
    # The sum over lags k of (1 - k / count) x correlation^k, in closed form.
    lagged = correlation / rest - correlation * (1 - correlation**count) / (count * rest**2)
    hidden = 1 + 2 * lagged
    return math.sqrt(hidden / (1 - (hidden - 1) / (count - 1)))


def repeats_to_settle(found: Centre, distance: float) -> int:
    """Trials in all, of such spread, that would tell the centre from a bound `distance` away.

    In nine of ten cases (`POWER`), with the interval wholly on one side; never below `FEWEST`,
    at most `MOST`.  `distance` is in the values' unit.
    """
    if found.trials < 2 or not found.error > 0:
        return FEWEST
    spread = found.error / standard_error(found.trials)
    return least(lambda count: chance_to_settle(count, distance / spread) >= POWER)


def chance_to_settle(count: int, away: float) -> float:
    """The chance that so many trials leave out a bound that lies `away` standard deviations off.

    The noncentral t distribution, with the error as wide as correlated trials would make it.
    """
    needed = float(stdtrit(freedom(count), (1 + CONFIDENCE) / 2))
    return 1 - float(nctdtr(freedom(count), away / standard_error(count), needed))


def half_width(count: int) -> float:
    """Half an interval's width that normal trials have on average, in standard deviations."""
    return float(stdtrit(freedom(count), (1 + CONFIDENCE) / 2)) * standard_error(count)


def standard_error(count: int) -> float:
    """The centre's standard error for normal trials whose standard deviation is 1."""
    share = _cut(count) / count
    winsorized = 1.0
    if share:
        edge = float(ndtri(1 - share))
        density = math.exp(-edge * edge / 2) / math.sqrt(2 * math.pi)
        winsorized = math.sqrt(1 - 2 * share - 2 * edge * density + 2 * share * edge * edge)
    return _per_spread(count) * winsorized


def least(enough: Callable[[int], bool], first: int = FEWEST) -> int:
    """A number of trials that is enough where one less is not, from `first` to `MOST`."""
    low, high = first - 1, first
    while not enough(high):
        if high >= MOST:
            return MOST
        low, high = high, min(MOST, 2 * high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
