"""Percentiles that a sample can carry, and intervals over trials.  Pure.

The unit of evidence is the trial: an interval speaks of how the value would
come out in another trial of the same plan on this machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats import trimmed

CONFIDENCE = trimmed.CONFIDENCE

FEWEST_FOR_BOOTSTRAP = 4
"""Of three trials' 27 resamples three have no spread: more than an interval may leave out."""

ALL_RESAMPLES_UPTO = 5
RESAMPLES = 1999


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; low and high are NaN where one trial stands alone."""

    value: float
    low: float
    high: float
    trials: int

    @property
    def has_interval(self) -> bool:
        return not math.isnan(self.low)

    @property
    def half_width_share(self) -> float:
        """Half the interval's width as a share of the value; NaN where unknown."""
        if not self.has_interval or self.value == 0:
            return math.nan
        return (self.high - self.low) / 2 / abs(self.value)


def samples_needed(quantile: float, confidence: float = 0.99) -> int:
    """How many samples carry the quantile: one of them lies above it with this certainty.

    1 - quantile**n >= confidence, so p99 needs 459 and p99.9 needs 4,603.  The greatest
    value (quantile 1) is what was seen, however few: it needs one.
    """
    if quantile >= 1:
        return 1
    return math.ceil(math.log(1 - confidence) / math.log(quantile))


def percentile(values: np.ndarray, quantile: float, units: int | None = None) -> float:
    """The quantile of raw values, NaN where the sample cannot carry it.

    `units` is how many independent observations the values are (None: each is one); these
    carry it.
    """
    if (len(values) if units is None else units) < samples_needed(quantile):
        return math.nan
    return nearest_rank(values, quantile)


def nearest_rank(values: np.ndarray, quantile: float) -> float:
    """The quantile of what is at hand, whether or not that carries it; NaN of nothing.

    From above: a value that was measured, never an interpolation.
    """
    if not len(values):
        return math.nan
    rank = _rank(len(values), quantile)
    return float(np.partition(values, rank)[rank])


def percentile_of_ordered(ordered: np.ndarray, quantile: float, units: int | None = None) -> float:
    """The same as `percentile`, of values that are sorted: several quantiles need one sort."""
    if (len(ordered) if units is None else units) < samples_needed(quantile):
        return math.nan
    return nearest_rank_of_ordered(ordered, quantile)


def nearest_rank_of_ordered(ordered: np.ndarray, quantile: float) -> float:
    """The same as `nearest_rank`, of values that are sorted."""
    return float(ordered[_rank(len(ordered), quantile)]) if len(ordered) else math.nan


def _rank(count: int, quantile: float) -> int:
    return min(count - 1, math.ceil(quantile * count) - 1)


def estimate(per_trial: Sequence[float], pooled: float | None = None) -> Estimate:
    """The value over trials with its 95 % interval.

    `pooled` is the value over all raw samples where that differs from the mean
    over trials (percentiles); the interval's width comes from the spread of
    `per_trial`, with room for disturbed and correlated trials (`trimmed.centre`).
    Positive values get a multiplicative interval (the same on a log scale), so no
    interval of a latency reaches below zero.
    NaN entries (a percentile that one trial cannot carry) are left out; NaN as `pooled`
    (all of them together cannot) leaves no value.
    """
    usable = np.array([v for v in per_trial if not math.isnan(v)], dtype=float)
    count = len(usable)
    value = float(np.mean(usable)) if count else math.nan
    if pooled is not None:
        value = pooled
    if count < 2 or math.isnan(value):
        return Estimate(value, math.nan, math.nan, count)
    positive = value > 0 and bool(np.all(usable > 0))
    half = _half(np.log(usable) if positive else usable)
    if positive:
        return Estimate(value, value * math.exp(-half), value * math.exp(min(half, 700.0)), count)
    low = value - half
    if np.all(usable >= 0):  # a share or a count of nothing is none, not less
        low = max(0.0, low)
    return Estimate(value, low, value + half, count)


def _half(values: np.ndarray) -> float:
    low, high = trimmed.centre(values).interval()
    return float(high - low) / 2


def estimate_of_greatest(per_trial: Sequence[float]) -> Estimate:
    """The greatest value of all trials; the interval holds what it typically is (its median).

    The greatest of n trials scatters as the greatest of one does (the scale of a Gumbel
    distribution does not change under maxima: Fisher & Tippett 1928), so the spread over
    trials is not divided by the root of n, as a mean's is.
    """
    usable = np.array([v for v in per_trial if not math.isnan(v)], dtype=float)
    count = len(usable)
    value = float(np.max(usable)) if count else math.nan
    if count < 2:
        return Estimate(value, math.nan, math.nan, count)
    positive = bool(np.all(usable > 0))
    half = _half(np.log(usable) if positive else usable) * math.sqrt(count)
    if positive:
        return Estimate(value, value * math.exp(-half), value * math.exp(min(half, 700.0)), count)
    return Estimate(value, value - half, value + half, count)


def bootstrap_interval(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """The studentized bootstrap's 95 % interval over trials, to stand beside `estimate`'s.

    On logarithms and about the mean, as there.  NaN below four trials: it cannot be
    had.  From `estimate` it differs where the trials are far from log-normal.  Up to
    five trials all resamples are taken, above `RESAMPLES` drawn from the seed.
    """
    usable = np.array([v for v in values if not math.isnan(v)], dtype=float)
    count = len(usable)
    if count < FEWEST_FOR_BOOTSTRAP:
        return math.nan, math.nan
    positive = bool(np.all(usable > 0))
    work, value = (np.log(usable) if positive else usable), float(np.mean(usable))
    error = float(np.std(work, ddof=1)) / math.sqrt(count)
    low, high = (-score * error for score in _bootstrap_scores(work, seed))
    if positive:
        return value * math.exp(low), value * math.exp(min(high, 700.0))
    return value + low, value + high


def _bootstrap_scores(values: np.ndarray, seed: int) -> tuple[float, float]:
    """The upper and lower end of (resample's mean - mean) / its standard error."""
    count = len(values)
    if count <= ALL_RESAMPLES_UPTO:
        chosen = np.indices((count,) * count).reshape(count, -1).T
    else:
        chosen = np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))
    resamples = values[chosen]
    away = np.mean(resamples, axis=1) - np.mean(values)
    errors = np.std(resamples, axis=1, ddof=1) / math.sqrt(count)
    # A resample of equal values lies infinitely many of its errors away.
    flat = errors <= 1e-12 * np.max(np.abs(values), initial=1e-300)
    scores = np.where(flat, np.copysign(math.inf, away), away / np.where(flat, 1.0, errors))
    scores = np.sort(np.where(flat & (np.abs(away) <= 1e-12), 0.0, scores))
    rank = min(len(scores), math.ceil((1 + CONFIDENCE) / 2 * (len(scores) + 1))) - 1
    return float(scores[rank]), float(scores[len(scores) - 1 - rank])


def clearly_best(estimates: Sequence[Estimate], higher_is_better: bool) -> int | None:
    """The index of the best estimate; None where another's interval reaches it or is unknown."""
    known = [entry for entry in enumerate(estimates) if not math.isnan(entry[1].value)]
    if len(known) < 2 or not all(entry.has_interval for _, entry in known):
        return None
    sign = -1 if higher_is_better else 1
    best_index, best = min(known, key=lambda pair: sign * pair[1].value)
    worst_of_best = best.low if higher_is_better else best.high
    for index, other in known:
        if index == best_index:
            continue
        best_of_other = other.high if higher_is_better else other.low
        if sign * best_of_other <= sign * worst_of_best:
            return None
    return best_index
