"""Rank tests, exact: how often chance alone orders trials as they are ordered.  Pure.

They stand beside the t test and assume no shape of the spread.  Ties get mean
ranks and the distribution is that of the ranks at hand, so ties are exact too.
A test that so few trials could never make significant gives None, not a large p.
"""

from __future__ import annotations

import math

import numpy as np

LEVEL = 0.05


def signed_rank_p(a: np.ndarray, b: np.ndarray) -> float | None:
    """Wilcoxon's signed-rank test of pairs, two-sided; None below six unequal pairs."""
    change = b - a
    change = change[change != 0]
    count = len(change)
    if 2 * 0.5**count > LEVEL:
        return None
    doubled = doubled_ranks(np.abs(change))
    chances = np.zeros(int(doubled.sum()) + 1)
    chances[0] = 1.0
    for rank in doubled:  # each rank is above or below zero with the same chance
        shifted = np.concatenate([np.zeros(rank), chances[: len(chances) - rank]])
        chances = (chances + shifted) / 2
    return _two_sided(chances, int(doubled[change > 0].sum()))


def rank_sum_p(a: np.ndarray, b: np.ndarray) -> float | None:
    """Mann-Whitney's test of two samples, two-sided; None below about four of each."""
    few, many = len(b), len(a) + len(b)
    if 2 / math.comb(many, few) > LEVEL:
        return None
    doubled = doubled_ranks(np.concatenate([a, b]))
    # ways[k, s]: choices of k of the ranks so far whose sum is s.
    ways = np.zeros((few + 1, int(doubled.sum()) + 1))
    ways[0, 0] = 1.0
    for rank in doubled:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank]
    return _two_sided(ways[few] / ways[few].sum(), int(doubled[len(a) :].sum()))


def doubled_ranks(values: np.ndarray) -> np.ndarray:
    """Twice the mean ranks, so that ties keep whole numbers."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, "left")
    upto = np.searchsorted(ordered, values, "right")
    ranks: np.ndarray = below + upto + 1
    return ranks


def _two_sided(chances: np.ndarray, found: int) -> float:
    tail = min(float(chances[: found + 1].sum()), float(chances[found:].sum()))
    return min(1.0, 2 * tail)
