"""Two sets of trials side by side: a ratio with its interval, a verdict, an effect in words.  Pure.

The unit of evidence is the trial.  Trials of one run are interleaved, so they are
compared in pairs, repeat by repeat; trials of different runs as two samples.  Both
work on trimmed means of logarithms (`trimmed`), so the answer is a ratio; where a value
is not positive it is a difference.  Knows numbers only: no metric, no run, no words of a report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bench.stats import ranks
from bench.stats.distributions import stdtr, stdtrit
from bench.stats.trimmed import CONFIDENCE, ROUNDING, centre

Kind = Literal["ratio", "difference"]
Direction = Literal["same", "lower", "higher", "not settled"]

SAME_SHARE = 0.02
"""A difference that lies wholly within this share matters to nobody."""

SAME_WORDS = "the same for practical purposes"
EFFECTS: tuple[tuple[float, str], ...] = (
    (1 + SAME_SHARE, SAME_WORDS),
    (1.10, "slightly"),
    (1.50, "clearly"),
    (3.00, "much"),
    (math.inf, "many times"),
)
"""How large an effect is called: the first whose ratio it stays under, either way."""


@dataclass(frozen=True)
class Shift:
    """How far b lies above a, with its standard error and degrees of freedom.

    The fields may be arrays: one entry for each of many comparisons.
    """

    centre: Any
    error: Any
    freedom: Any

    @property
    def p_value(self) -> Any:
        """Two-sided p of no shift; without any spread it is 0 or 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(self.error > 0, np.abs(self.centre) / self.error, math.inf)
        score = np.where(self.centre == 0, 0.0, score)
        return np.minimum(1.0, 2 * stdtr(self.freedom, -score))

    def interval(self, confidence: float) -> tuple[Any, Any]:
        half = stdtrit(self.freedom, (1 + confidence) / 2) * self.error
        return self.centre - half, self.centre + half


def paired_shift(a: np.ndarray, b: np.ndarray, scale: float = 1.0) -> Shift:
    """The centre of b - a along the last axis; `scale` is the values' size (of logarithms 1)."""
    found = centre(b - a)
    return _without_rounding(found.value, found.error, np.asarray(float(found.freedom)), scale)


def unpaired_shift(a: np.ndarray, b: np.ndarray, scale: float = 1.0) -> Shift:
    """b's centre less a's, along the last axis: the two may differ in spread and in number.

    Yuen's test of two trimmed means (Biometrika 61, 1974): Welch's with their errors.
    """
    of_a, of_b = centre(a), centre(b)
    parts = of_a.error**2, of_b.error**2
    total = parts[0] + parts[1]
    squares = parts[0] ** 2 / of_a.freedom + parts[1] ** 2 / of_b.freedom
    most = float(of_a.freedom + of_b.freedom)
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(squares > 0, np.asarray(total**2) / squares, most)
    return _without_rounding(of_b.value - of_a.value, np.sqrt(total), freedom, scale)


def _without_rounding(value: Any, error: Any, freedom: Any, scale: float) -> Shift:
    """Equal values may differ in the last bit of their means; that is no difference."""
    least = ROUNDING * scale
    return Shift(
        np.where(np.abs(value) <= least, 0.0, value),
        np.where(error <= least, 0.0, error),
        freedom,
    )


@dataclass(frozen=True)
class Comparison:
    """b against a.

    `value` is b / a, or b - a where `kind` says so; low and high are its 95 %
    interval, NaN where there are too few trials.  `rank_p` is None where so few
    trials could never reach 0.05, whatever they show.  `base` is the mean of a.
    """

    kind: Kind
    value: float
    low: float
    high: float
    p_value: float
    rank_p: float | None
    trials: tuple[int, int]
    base: float
    shift: Shift | None = None
    identical: bool = False

    @property
    def has_interval(self) -> bool:
        return self.shift is not None

    @property
    def verdict(self) -> Direction:
        return self.verdict_at(self.p_value)

    def verdict_at(self, p_value: float) -> Direction:
        """The verdict with a p value corrected for the other comparisons of the family."""
        if not self.has_interval:
            return "not settled"
        if self.identical or self._is_within_same():
            return "same"
        if not p_value < 1 - CONFIDENCE:
            return "not settled"
        none = 1.0 if self.kind == "ratio" else 0.0
        return "higher" if self.value > none else "lower"

    def _is_within_same(self) -> bool:
        if self.kind == "ratio":
            return self.low >= 1 / (1 + SAME_SHARE) and self.high <= 1 + SAME_SHARE
        most = SAME_SHARE * abs(self.base)
        return -most <= self.low and self.high <= most

    def change(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """The interval as a relative change of a: (0.1, 0.2) is +10 % to +20 %; NaN without one."""
        if self.shift is None:
            return math.nan, math.nan
        low, high = (float(end) for end in self.shift.interval(confidence))
        if self.kind == "ratio":
            return _exp(low) - 1, _exp(high) - 1
        return self._share(low), self._share(high)

    def _share(self, difference: float) -> float:
        if self.base:
            return difference / abs(self.base)
        return math.copysign(math.inf, difference) if difference else 0.0


def compare(a: Sequence[float], b: Sequence[float], paired: bool) -> Comparison:
    """Compare trials; `paired`: a[i] and b[i] belong together (the same repeat of one run).

    NaN (a trial without the value) is left out, of a pair with its partner.
    """
    first, second = _usable(a, b, paired)
    counts = len(first), len(second)
    base = float(np.mean(first)) if counts[0] else math.nan
    positive = bool(np.all(first > 0) and np.all(second > 0))
    kind: Kind = "ratio" if positive else "difference"
    if min(counts) < 2:
        value = _point(first, second, kind)
        return Comparison(kind, value, math.nan, math.nan, math.nan, None, counts, base)
    rank_p = ranks.signed_rank_p(first, second) if paired else ranks.rank_sum_p(first, second)
    x, y = (np.log(first), np.log(second)) if positive else (first, second)
    scale = 1.0 if positive else float(max(np.max(np.abs(first)), np.max(np.abs(second))))
    shift = (paired_shift if paired else unpaired_shift)(x, y, scale)
    ends = (shift.centre, *shift.interval(CONFIDENCE))
    value, low, high = (_exp(float(end)) if positive else float(end) for end in ends)
    identical = np.array_equal(first, second)
    p_value = float(shift.p_value)
    return Comparison(kind, value, low, high, p_value, rank_p, counts, base, shift, identical)


def _usable(a: Sequence[float], b: Sequence[float], paired: bool) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if not paired:
        return first[~np.isnan(first)], second[~np.isnan(second)]
    if len(first) != len(second):
        raise ValueError(f"pairs of {len(first)} and {len(second)} values")
    both = ~(np.isnan(first) | np.isnan(second))
    return first[both], second[both]


def _point(first: np.ndarray, second: np.ndarray, kind: Kind) -> float:
    """The value alone, where there are too few trials for an interval."""
    if not len(first) or not len(second):
        return math.nan
    if kind == "ratio":
        return _exp(float(np.mean(np.log(second)) - np.mean(np.log(first))))
    return float(np.mean(second) - np.mean(first))


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))


def holm(p_values: Sequence[float]) -> list[float]:
    """p values corrected for a family of comparisons; NaN is of no family and stays NaN.

    Holm's step-down: the chance of even one false verdict in the family is at most 5 %.
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if not math.isnan(p))
    corrected = [math.nan] * len(p_values)
    least = 0.0
    for rank, (p, place) in enumerate(known):
        least = max(least, min(1.0, p * (len(known) - rank)))
        corrected[place] = least
    return corrected


def effect_words(ratio: float) -> str:
    """1.3 -> "clearly higher", 0.2 -> "many times lower", 1.01 -> the same."""
    size = max(ratio, 1 / ratio) if ratio > 0 else math.inf
    words = next((words for bound, words in EFFECTS if size < bound), EFFECTS[-1][1])
    return words if words == SAME_WORDS else f"{words} {'higher' if ratio > 1 else 'lower'}"


def words_for(entry: Comparison, verdict: Direction) -> str:
    """What a comparison says, in words that its verdict allows."""
    if verdict == "not settled":
        return verdict
    if verdict == "same":
        return SAME_WORDS
    if entry.kind == "difference":
        return verdict
    words = effect_words(entry.value)
    return f"slightly {verdict}" if words == SAME_WORDS else words
