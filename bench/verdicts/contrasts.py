"""One metric of two patterns at one load, from two repeats on: how they differ.  Pure.

A ratio where both are positive, a difference of shares where one is 0.  Several that are said
together are decided as one family.  Knows no experiment and no words.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from bench.model.metric import Counts
from bench.stats.contrasts import contrast, error_of_one, floored, mean
from bench.stats.distributions import stdtr, stdtrit
from bench.stats.estimates import CONFIDENCE
from bench.stats.two_samples import Shift, holm
from bench.verdicts.evidence import Cell
from bench.verdicts.ratios import Pairs
from bench.verdicts.spreads import Exact, ExactPair, are_alike, p_value, pooled

SAME = 0.10
"""A difference that lies wholly within this share is none that people choose by."""

MOST_REPEATS = 30
"""More repeats are proposed to nobody."""

LIKELY = 1.2
"""Standard errors of room, so that a proposed number of repeats decides in five of six cases."""

NO_SPREAD = 1e-9

Kind = Literal["ratio", "difference"]


@dataclass(frozen=True)
class Difference:
    """`second` against `first`: a ratio, or second - first of shares, with its 95 % interval.

    `p_value` is that of no difference, `p_same` that of one of more than `SAME`; both are
    corrected where several were decided together.  `repeats` are about as many as would decide
    it, 0 where that is unknown or more than anybody makes.
    """

    metric: str
    first: str
    second: str
    kind: Kind
    value: float
    low: float
    high: float
    p_value: float
    p_same: float
    trials: int
    repeats: int = 0
    shift: Shift | None = field(default=None, repr=False, compare=False)

    @property
    def is_less(self) -> bool | None:
        """Whether `second` has less; None where that is not decided."""
        if not self.p_value <= 1 - CONFIDENCE:
            return None
        return self.value < (1.0 if self.kind == "ratio" else 0.0)

    @property
    def is_same(self) -> bool:
        return self.p_same <= 1 - CONFIDENCE


def difference(first: Cell, second: Cell, metric: str) -> Difference | None:
    """None where there are fewer than two repeats of both, or chance has no part in either."""
    pairs = Pairs.of(first, second, metric)
    if len(pairs.mine) < 2:
        return None
    if min(*pairs.mine, *pairs.theirs) > 0:
        return _ratio(first, second, metric, pairs)
    return _of_shares(first, second, metric, pairs)


def _ratio(first: Cell, second: Cell, metric: str, pairs: Pairs) -> Difference | None:
    logs = np.log(np.array(pairs.mine)), np.log(np.array(pairs.theirs))
    least = _resolution(pairs.my_counts), _resolution(pairs.their_counts)
    shift = contrast(*logs, least)
    if float(shift.error) <= NO_SPREAD:
        return _counted_ratio(first, second, metric, pairs)
    low, high = (math.exp(float(end)) for end in shift.interval(CONFIDENCE))
    edge = math.log(1 + SAME)
    return Difference(
        metric,
        first.pattern,
        second.pattern,
        "ratio",
        math.exp(float(shift.centre)),
        low,
        high,
        float(shift.p_value),
        max(_tail(shift, -edge - shift.centre), _tail(shift, shift.centre - edge)),
        len(pairs.mine),
        shift=shift,
    )


def _tail(shift: Shift, away: float) -> float:
    """One-sided p of the centre lying at or beyond an edge; `away` is below 0 inside."""
    return float(stdtr(shift.freedom, away / shift.error))


def _resolution(counts: Sequence[Counts | None]) -> float:
    """The least standard deviation of a trial's logarithm, from what it counted; 0 if unknown."""
    known = [one for one in counts if one is not None and one.hits > 0]
    if not known or len(known) < len(counts) or known[0].kind == "amount":
        return 0.0
    hits = sum(one.hits for one in known) / len(known)
    share = sum(one.hits / one.of for one in known) / len(known)
    left = max(0.0, 1 - share) if known[0].kind == "share" else 1.0
    return math.sqrt(left / hits)


def _counted_ratio(first: Cell, second: Cell, metric: str, pairs: Pairs) -> Difference | None:
    """No trial differs from another: only what was counted says how sure that is."""
    sides = _exact(pairs)
    if sides is None:
        return None
    quotient = ExactPair(sides[1], sides[0])
    low, high = quotient.interval(CONFIDENCE)
    p = p_value(quotient, (-math.inf, 1.0))
    within = (1 / (1 + SAME), 1 + SAME)
    same = p_value(quotient, within) if within[0] <= quotient.value <= within[1] else 1.0
    found = quotient.value, low, high, p, same
    return Difference(metric, first.pattern, second.pattern, "ratio", *found, len(pairs.mine))


def _of_shares(first: Cell, second: Cell, metric: str, pairs: Pairs) -> Difference | None:
    """Exact intervals of both, and where trials differ also what that says."""
    sides = _exact(pairs)
    if sides is None or sides[0].counts.kind == "amount":
        return None
    rest = ExactPair(sides[1], sides[0], 1.0)
    low, high = rest.interval(CONFIDENCE)
    p = p_value(rest, (-math.inf, 0.0))
    if 0 in (sides[0].counts.hits, sides[1].counts.hits):
        p = max(p, _p_of_some(pairs, sides))
    elif not (are_alike(pairs.mine) and are_alike(pairs.theirs)):
        shift = contrast(np.array(pairs.mine), np.array(pairs.theirs))
        ends = shift.interval(CONFIDENCE)
        low, high = min(low, float(ends[0])), max(high, float(ends[1]))
        p = max(p, float(shift.p_value))
    found = rest.value, max(-1.0, low), min(1.0, high), p, 1.0
    return Difference(metric, first.pattern, second.pattern, "difference", *found, len(pairs.mine))


def _p_of_some(pairs: Pairs, sides: tuple[Exact, Exact]) -> float:
    """Two-sided p of the side that has some, its trials against what the other may still have.

    1 where a trial of that side has none either, 0 where its trials are alike.
    """
    is_mine = sides[0].counts.hits == 0
    some, counts = (pairs.theirs, pairs.their_counts) if is_mine else (pairs.mine, pairs.my_counts)
    if are_alike(some):  # the exact intervals have said all
        return 0.0
    if min(some) <= 0:
        return 1.0
    bound = sides[0 if is_mine else 1].interval(CONFIDENCE)[1]
    found = floored(mean(np.log(np.array(some))), _resolution(counts))
    return min(1.0, 2 * float(stdtr(found.freedom, (math.log(bound) - found.value) / found.error)))


def _exact(pairs: Pairs) -> tuple[Exact, Exact] | None:
    mine, theirs = pooled(pairs.my_counts), pooled(pairs.their_counts)
    if mine is None or theirs is None or mine.hits + theirs.hits <= 0:
        return None
    return Exact(mine, len(pairs.mine)), Exact(theirs, len(pairs.theirs))


def _repeats(one: Difference, members: int) -> int:
    """Repeats that would tell such a difference from none in five of six cases; 0 for too many.

    As the strictest of Holm's steps would ask for, among so many comparisons.
    """
    if one.shift is None:
        return 0
    spread = float(one.shift.error) / error_of_one(one.trials)
    tail = (1 - CONFIDENCE) / 2 / members
    for count in range(one.trials + 1, MOST_REPEATS + 1):
        needed = float(stdtrit(2 * (count - 1), 1 - tail)) + LIKELY
        if needed * spread * error_of_one(count) < abs(float(one.shift.centre)):
            return count
    return 0


def decided(family: Sequence[Difference]) -> list[Difference]:
    """The family with p values corrected for one another (Holm)."""
    differing = holm([one.p_value for one in family])
    alike = holm([one.p_same for one in family])
    return [
        dataclasses.replace(one, p_value=p, p_same=same, repeats=_repeats(one, len(family)))
        for one, p, same in zip(family, differing, alike, strict=True)
    ]
