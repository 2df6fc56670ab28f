"""How many repeats: to find a difference, or to know a value to a share of itself.  Pure.

Answers are numbers of repeats of which a plan is made; they assume that further
trials scatter as those at hand.
"""

from __future__ import annotations

import math

from bench.stats.estimates import Estimate
from bench.stats.trimmed import POWER, chance_to_settle, half_width, least

FEWEST = 2


def power_of(repeats: int, effect: float) -> float:
    """The chance to find a difference of `effect` spreads of one trial with so many repeats.

    In pairs or between two samples of as many: the difference of two trials varies twice as much
    as one.  Two samples have more degrees of freedom, so they find it a little more often.
    """
    return chance_to_settle(repeats, effect / math.sqrt(2))


def repeats_needed(spread_log_sd: float, difference: float = 0.10, power: float = POWER) -> int:
    """Repeats of each side that find a true difference (0.10 is 10 %) with this chance.

    `spread_log_sd` is the standard deviation of one trial's logarithm about its
    side's mean (in a paired plan: without what the trials of a block share).
    """
    if not spread_log_sd > 0:
        return FEWEST
    effect = abs(math.log1p(difference)) / spread_log_sd
    return least(lambda repeats: power_of(repeats, effect) >= power, FEWEST)


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
    spread = half / half_width(entry.trials)
    return least(lambda trials: spread * half_width(trials) <= aim, entry.trials + 1)
