"""Exact intervals of what was counted: a share k of n, a number of events.  Pure.

They hold without any spread over trials, and are never of width 0: of 40 events of which none
was missed, at most 9 % may be missed with 95 % certainty.  An amount that all units share alike
is no count of chance events; its interval says how many units may be unlike those seen.
"""

from __future__ import annotations

import math

from bench.stats.distributions import betaincinv, gammaincinv
from bench.stats.trimmed import CONFIDENCE


def clopper_pearson(k: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a share of which k of n independent observations are.

    Clopper and Pearson, Biometrika 26 (1934), as quantiles of the beta distribution.  k and n
    may be fractions of observations, as where those of one event count as one.  ValueError
    unless 0 <= k <= n and n > 0.
    """
    if not 0 <= k <= n or not n > 0:
        raise ValueError(f"{k} of {n} is no share")
    tail = (1 - confidence) / 2
    low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
    return low, high


def poisson_interval(count: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of the mean of a Poisson variable of which `count` were seen.

    Garwood, Biometrika 28 (1936), as quantiles of the gamma distribution.  ValueError where
    count is negative.
    """
    if not count >= 0 or math.isinf(count):
        raise ValueError(f"{count} is no count")
    tail = (1 - confidence) / 2
    low = float(gammaincinv(count, tail)) if count > 0 else 0.0
    return low, float(gammaincinv(count + 1, 1 - tail))


def alike_interval(
    amount: float, units: float, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The interval of an amount that `units` independent units have together, all alike.

    None of them differed, so the share that does is at most what Clopper and Pearson say of 0 of
    `units` ("rule of three").  A unit that differs is taken to have anything from nothing to
    twice as much, and to differ by at least 1.  ValueError unless amount >= 0 and units > 0.
    """
    if not amount >= 0 or math.isinf(amount):
        raise ValueError(f"{amount} is no amount")
    half = clopper_pearson(0, units, confidence)[1] * max(amount, units)
    return max(0.0, amount - half), amount + half
