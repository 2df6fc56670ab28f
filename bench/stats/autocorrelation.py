"""Whether trials resemble the one before, and whether mean and median tell the same.  Pure.

Doubts, not corrections: intervals have room for a correlation of 0.3 between neighbours
(`trimmed`); a clear one says that the machine drifts.  Knows numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats.distributions import bdtr, ndtri
from bench.stats.estimates import Estimate
from bench.stats.ranks import doubled_ranks
from bench.stats.trimmed import CONFIDENCE

FALSE_ALARMS = 0.01
"""How often independent trials are called correlated."""

FEWEST = 12
"""Trials of which a correlation is computed: of fewer, any threshold lies near 1."""


@dataclass(frozen=True)
class Autocorrelation:
    """The lag-1 correlation of trials in their order, and what chance alone hardly exceeds."""

    value: float
    threshold: float
    trials: int

    @property
    def is_clear(self) -> bool:
        return self.trials >= FEWEST and self.value > self.threshold


def lag_one(values: Sequence[float], groups: Sequence[Hashable] = ()) -> Autocorrelation:
    """The correlation between neighbours among trials in the order in which they ran.

    `groups` names what was measured in each (pattern and level): every value counts by its rank
    within its group, so that unlike trials can be interleaved and one wild trial does not
    decide.  Trials without a value (NaN), and alone in their group, are left out.  The
    threshold is that of R. L. Anderson, Annals of Math. Stat. 13 (1942), one-sided at 1 %.
    """
    kinds = list(groups) or [None] * len(values)
    if len(kinds) != len(values):
        raise ValueError(f"{len(values)} values and {len(kinds)} groups")
    scores = np.full(len(values), math.nan)
    known = np.asarray(values, dtype=float)
    for kind in dict.fromkeys(kinds):
        mine = np.array([one == kind for one in kinds], dtype=bool) & ~np.isnan(known)
        count = int(mine.sum())
        if count > 1:
            scores[mine] = (doubled_ranks(known[mine]) - (count + 1)) / count
    left = scores[~np.isnan(scores)]
    count, total = len(left), float(np.sum(left**2))
    if count < 3 or not total:
        return Autocorrelation(math.nan, math.nan, count)
    value = float(np.sum(left[1:] * left[:-1])) / total
    reach = -float(ndtri(FALSE_ALARMS))
    return Autocorrelation(value, (reach * math.sqrt(count - 2) - 1) / (count - 1), count)


def median_interval(values: Sequence[float]) -> Estimate:
    """The median over trials with the interval of the sign test: two of the ordered values.

    W. R. Thompson, Annals of Math. Stat. 7 (1936).  It assumes no shape and holds at least
    95 %; NaN below six trials, where no two of the values would.
    """
    usable = np.sort([value for value in values if not math.isnan(value)])
    count = len(usable)
    value = float(np.median(usable)) if count else math.nan
    tail = (1 - CONFIDENCE) / 2
    if 0.5**count > tail:
        return Estimate(value, math.nan, math.nan, count)
    outside = bdtr(np.arange(count), count, 0.5)
    place = int(np.searchsorted(outside, tail, "right")) - 1
    return Estimate(value, float(usable[place]), float(usable[count - 1 - place]), count)
