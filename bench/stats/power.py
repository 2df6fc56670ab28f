"""How many repeats: to find a difference, or to know a value to a share of itself.  Pure.

Answers are numbers of repeats of which a plan is made; they assume that further
trials scatter as those at hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import nctdtr, stdtrit

from bench.stats.estimates import CONFIDENCE, Estimate

FEWEST = 2
MOST = 100_000
"""More repeats than anybody makes; the answer where even they would not do."""


def power_of(repeats: int, effect: float, paired: bool) -> float:
    """The chance to find a difference of `effect` spreads of one trial with so many repeats.

    The noncentral t distribution; pairs have fewer degrees of freedom than two samples.
    """
    freedom = repeats - 1 if paired else _welch_freedom(repeats)
    away = effect * math.sqrt(repeats / 2)
    needed = float(stdtrit(freedom, (1 + CONFIDENCE) / 2))
    return 1 - float(nctdtr(freedom, away, needed))


def _welch_freedom(repeats: int) -> float:
    """What Welch's test has on average for two samples that scatter alike.

    1 / E[(u^2 + v^2) / (u + v)^2] with u, v chi-squared: below 2 x (repeats - 1).
    """
    each = repeats - 1
    return each * (each + 1) * 2 / (each + 2)


def repeats_needed(
    spread_log_sd: float, difference: float = 0.10, power: float = 0.9, paired: bool = True
) -> int:
    """Repeats of each side that find a true difference (0.10 is 10 %) with this chance.

    `spread_log_sd` is the standard deviation of one trial's logarithm about its
    side's mean (in a paired plan: without what the trials of a block share).
    """
    if not spread_log_sd > 0:
        return FEWEST
    effect = abs(math.log1p(difference)) / spread_log_sd
    return _least(lambda repeats: power_of(repeats, effect, paired) >= power)


def repeats_for_precision(entry: Estimate, share: float) -> int | None:
    """Trials in all until half the interval's width is `share` of the value; None where unknown.

    Counts that the interval also narrows because more trials know the spread better.
    """
    wide = entry.half_width_share
    if math.isnan(wide):
        return None
    if wide <= share:
        return entry.trials
    # Half the width of a symmetric log interval is sinh of its half width on the logs.
    logarithmic = entry.low > 0 and math.isclose(entry.low * entry.high, entry.value**2)
    half, aim = (math.asinh(wide), math.asinh(share)) if logarithmic else (wide, share)
    spread = half / _widths(entry.trials)
    return _least(lambda trials: spread * _widths(trials) <= aim)


def _widths(trials: int) -> float:
    """Half an interval's width in standard deviations of one trial."""
    return float(stdtrit(trials - 1, (1 + CONFIDENCE) / 2)) / math.sqrt(trials)


def _least(enough: Callable[[int], bool]) -> int:
    """The least number from FEWEST on that is enough, by doubling and halving."""
    high = FEWEST
    while not enough(high):
        if high >= MOST:
            return MOST
        high = min(MOST, high * 2)
    low = max(FEWEST - 1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
