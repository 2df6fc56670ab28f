"""How many trials make an interval as narrow as asked: fixed once, after a pilot.  Pure.

To look after every trial and to stop at the first narrow interval prefers trials that happen to
agree.  Two stages do not: the pilot's spread fixes the number, and nothing is looked at after.
Knows numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bench.stats.distributions import stdtrit
from bench.stats.trimmed import CONFIDENCE, centre, freedom, least, standard_error

RULE = "two-stage rule (Stein 1945)"


def trials_in_all(pilot: Sequence[float], share: float) -> int:
    """Trials, the pilot's included, whose interval reaches no further than `share` of the value.

    C. Stein, Annals of Math. Stat. 16 (1945): with the pilot's spread and its degrees of freedom,
    so that an unlucky pilot costs trials, not truth.  On logarithms where all values are positive,
    as intervals are.  `MOST` where even so many would not do.  ValueError for fewer than two.
    """
    values = np.asarray(pilot, dtype=float)
    count = len(values)
    if count < 2:
        raise ValueError(f"a pilot of {count} has no spread")
    positive = bool(np.all(values > 0))
    found = centre(np.log(values) if positive else values)
    if not found.error > 0:
        return count
    aim = math.asinh(share) if positive else share * abs(float(np.mean(values)))
    spread = found.error / standard_error(count)
    reach = float(stdtrit(freedom(count), (1 + CONFIDENCE) / 2)) * spread
    return least(lambda trials: reach * standard_error(trials) <= aim, count)
