"""Whether a ratio lies in a band: two one-sided tests over trials.  Pure.

Agreement is to be shown, not assumed: what a wide interval cannot exclude is not confirmed.
Knows numbers only: no law, no metric.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.stats.trimmed import CONFIDENCE, FEWEST, Centre, centre, repeats_to_settle

Place = Literal["inside", "outside", "neither"]


@dataclass(frozen=True)
class Equivalence:
    """A ratio, its 95 % interval, and where it lies relative to the band's edges.

    `p_low` is the one-sided p of "the ratio is at most the lower edge", `p_high` of "the ratio is
    at least the upper edge".  `repeats` is how many trials in all would settle the verdict in
    nine of ten cases if further ones scatter alike; it is `trials` where the verdict is settled.
    """

    value: float
    low: float
    high: float
    p_low: float
    p_high: float
    trials: int
    edges: tuple[float, float]
    repeats: int

    @property
    def p_inside(self) -> float:
        """p of "the ratio is not in the band", on the 5 % scale of a 95 % interval."""
        return min(1.0, 2 * max(self.p_low, self.p_high))

    @property
    def p_outside(self) -> float:
        """p of "the ratio is in the band", on the same scale."""
        return min(1.0, 2 * min(1 - self.p_low, 1 - self.p_high))

    @property
    def verdict(self) -> Place:
        return self.verdict_at(1 - CONFIDENCE)

    def verdict_at(self, level: float) -> Place:
        """The verdict where p must lie below `level` (smaller if several are tested at once)."""
        if self.trials < FEWEST:
            return "neither"
        if self.p_inside < level:
            return "inside"
        return "outside" if self.p_outside < level else "neither"


def equivalence(logs: Sequence[float] | np.ndarray, low: float, high: float) -> Equivalence:
    """Where the ratio of trials lies, given its logarithm in each trial and the band's edges.

    Schuirmann, J. Pharmacokin. Biopharm. 15 (1987): inside only if both one-sided tests reject,
    which is that the whole interval lies in the band.  On trimmed means (`trimmed.centre`).
    `low` may be 0 and `high` infinite: then the band has one edge.  NaN trials are left out.
    Fewer than 6 trials settle nothing.  ValueError where the edges are no band.
    """
    if not 0 <= low < high:
        raise ValueError(f"{low:g} to {high:g} is no band of ratios")
    usable = np.asarray(logs, dtype=float)
    found = centre(usable[~np.isnan(usable)])
    ends = (-math.inf if low == 0 else math.log(low), math.log(high))
    p_low, p_high = found.p_above(ends[0]), found.p_below(ends[1])
    value, first, last = (_exp(end) for end in (found.value, *found.interval()))
    entry = Equivalence(value, first, last, p_low, p_high, found.trials, (low, high), found.trials)
    if entry.verdict != "neither":
        return entry
    repeats = _repeats(found, ends)
    return Equivalence(value, first, last, p_low, p_high, found.trials, (low, high), repeats)


def _repeats(found: Centre, ends: tuple[float, float]) -> int:
    distance = min(abs(found.value - end) for end in ends) if found.trials else math.inf
    return max(repeats_to_settle(found, distance), found.trials + 1)


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))
