"""What trials say of a number: its interval at any confidence, and how many would settle it.  Pure.

A trimmed mean over trials (on logarithms where all values are positive), exact intervals of what
was counted where trials do not differ, both together for shares and amounts.  Never an interval
of width 0: trials that are all alike and count nothing have none.  Knows neither metrics nor
claims.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from bench.model.metric import Counts
from bench.stats.distributions import stdtrit
from bench.stats.estimates import CONFIDENCE
from bench.stats.exact import alike_interval, clopper_pearson, poisson_interval
from bench.stats.trimmed import FEWEST, MOST, Centre, centre, freedom, repeats_to_settle
from bench.verdicts.intervals import UNKNOWN, Ends, decides

ROUNDING = 1e-12
"""Relative: values that differ by less are alike."""

LEAST_P = 1e-9


class Spread(Protocol):
    """A number over trials."""

    @property
    def value(self) -> float: ...

    @property
    def trials(self) -> int: ...

    def interval(self, confidence: float) -> Ends: ...

    def repeats(self, wanted: Ends, confidence: float) -> int | None:
        """Trials in all that would settle on which side of `wanted` it lies; None for too many."""
        ...


@dataclass(frozen=True)
class Centred:
    """The trimmed mean of single trials; of logarithms its exponential (bench.stats.trimmed)."""

    values: tuple[float, ...]
    is_log: bool
    least: float = -math.inf

    @cached_property
    def _centre(self) -> Centre:
        return centre(self.values)

    @property
    def trials(self) -> int:
        return len(self.values)

    @property
    def value(self) -> float:
        return self._out(self._centre.value)

    def interval(self, confidence: float) -> Ends:
        if self.trials < 2:
            return math.nan, math.nan
        low, high = self._centre.interval(confidence)
        return max(self.least, self._out(float(low))), self._out(float(high))

    def p(self, wanted: Ends) -> float:
        """As `p_value`, in closed form: two one-sided tests (Schuirmann 1987), or their reverse."""
        low, high = (self._in(end) for end in wanted)
        if wanted[0] <= self.least:  # nothing lies below it
            low = -math.inf
        found = self._centre
        within = max(found.p_above(low), found.p_below(high))
        return float(min(1.0, 2 * min(within, found.p_below(low), found.p_above(high))))

    def repeats(self, wanted: Ends, confidence: float) -> int | None:
        distance = min(abs(self._centre.value - self._in(end)) for end in wanted)
        count = repeats_to_settle(self._centre, distance)
        if count >= MOST or confidence <= CONFIDENCE:
            return None if count >= MOST else count

        def settles(trials: int) -> bool:
            error = self._centre.error * math.sqrt(self.trials / trials)
            return bool(stdtrit(freedom(trials), (1 + confidence) / 2) * error < distance)

        more = _first(self.trials, settles)
        return None if more is None else max(more, count)

    def _out(self, value: float) -> float:
        return math.exp(max(-700.0, min(value, 700.0))) if self.is_log else value

    def _in(self, end: float) -> float:
        if not self.is_log:
            return end
        return math.log(end) if end > 0 else -math.inf


@dataclass(frozen=True)
class Exact:
    """What all trials counted: k of n (Clopper and Pearson), k in n (Poisson), or an amount."""

    counts: Counts
    trials: int

    @property
    def value(self) -> float:
        return self.counts.hits / self.counts.of

    def interval(self, confidence: float) -> Ends:
        hits, of = self.counts.hits, self.counts.of
        if self.counts.kind == "share":
            return clopper_pearson(hits, of, confidence)
        if self.counts.kind == "amount":
            low, high = alike_interval(hits, self.counts.units, confidence)
        else:
            low, high = poisson_interval(hits, confidence)
        return low / of, high / of

    def after(self, trials: int) -> Exact:
        """What so many trials would have counted."""
        return Exact(self.counts.more(trials / self.trials), trials)

    def repeats(self, wanted: Ends, confidence: float) -> int | None:
        return _first(self.trials, lambda n: decides(self.after(n).interval(confidence), wanted))


@dataclass(frozen=True)
class Widest:
    """Two intervals of one number: as far as either reaches."""

    first: Centred
    second: Exact

    @property
    def value(self) -> float:
        return self.second.value

    @property
    def trials(self) -> int:
        return self.first.trials

    def interval(self, confidence: float) -> Ends:
        a, b = self.first.interval(confidence), self.second.interval(confidence)
        most = 1.0 if self.second.counts.kind == "share" else math.inf
        return min(a[0], b[0]), min(most, max(a[1], b[1]))

    def repeats(self, wanted: Ends, confidence: float) -> int | None:
        counts = [one.repeats(wanted, confidence) for one in (self.first, self.second)]
        return None if None in counts else max(filter(None, counts))


@dataclass(frozen=True)
class ExactPair:
    """Two counted numbers as a quotient, or as the first less `factor` times the second.

    Each at half the error, so that both hold together (Bonferroni).
    """

    first: Exact
    second: Exact
    factor: float | None = None

    @property
    def value(self) -> float:
        return self._joined(self.first.value, self.second.value)

    @property
    def trials(self) -> int:
        return self.first.trials

    def interval(self, confidence: float) -> Ends:
        a, b = (one.interval((1 + confidence) / 2) for one in (self.first, self.second))
        return self._joined(a[0], b[1]), self._joined(a[1], b[0])

    def repeats(self, wanted: Ends, confidence: float) -> int | None:
        def settles(trials: int) -> bool:
            first, second = self.first.after(trials), self.second.after(trials)
            later = dataclasses.replace(self, first=first, second=second)
            return decides(later.interval(confidence), wanted)

        return _first(self.trials, settles)

    def _joined(self, first: float, second: float) -> float:
        if self.factor is not None:
            return first - self.factor * second
        return first / second if second else math.inf


@dataclass(frozen=True)
class Alike:
    """Trials that do not differ and of which nobody knows what they counted: no interval."""

    value: float
    trials: int

    def interval(self, _confidence: float) -> Ends:
        return UNKNOWN

    def repeats(self, _wanted: Ends, _confidence: float) -> int | None:
        return None


def _first(trials: int, settles: Callable[[int], bool]) -> int | None:
    """The least number above `trials` that settles; more trials make intervals narrower."""
    low, high = max(trials, FEWEST - 1), MOST
    if not settles(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if settles(middle) else (middle, high)
    return high


def pooled(counts: Sequence[Counts | None]) -> Counts | None:
    """The counts of several trials together; None where one has none."""
    known = [one for one in counts if one is not None and one.of > 0]
    if not known or len(known) < len(counts):
        return None
    hits, of, units = (
        sum(values)
        for values in zip(*((one.hits, one.of, one.units) for one in known), strict=True)
    )
    return Counts(hits, of, known[0].kind, units)


def are_alike(values: Sequence[float], counts: Sequence[Counts | None] = ()) -> bool:
    """Whether trials differ by nothing; of counted events one more or less is no difference."""
    most, least = max(values), min(values)
    if most - least <= ROUNDING * max(abs(most), abs(least)):
        return True
    known = [one for one in counts if one is not None]
    if not known or len(known) < len(counts) or known[0].kind != "count":
        return False
    hits = [one.hits for one in known]
    return max(hits) - min(hits) <= 1


def spread_of(values: Sequence[float], counts: Sequence[Counts | None]) -> Spread:
    """The spread of a metric's values, one a trial, of which `counts` may say what they counted."""
    together = pooled(counts)
    if len(values) < 2 or together is None:
        is_alike = len(values) > 1 and are_alike(values)
        return Alike(float(values[0]), len(values)) if is_alike else centred(values)
    if are_alike(values, counts):
        return Exact(together, len(values))
    found = centred(values)
    if together.kind == "count":
        return found
    if together.kind == "amount":  # so many units, about where trials are
        together = dataclasses.replace(together, hits=found.value * together.of)
    return Widest(found, Exact(together, len(values)))


def centred(values: Sequence[float]) -> Centred:
    """On logarithms where all values are positive."""
    if all(value > 0 for value in values):
        return Centred(tuple(math.log(value) for value in values), is_log=True)
    # A share or a count of nothing is none, not less.
    least = 0.0 if all(value >= 0 for value in values) else -math.inf
    return Centred(tuple(values), is_log=False, least=least)


def p_value(spread: Spread, wanted: Ends) -> float:
    """The least error at which the interval lies wholly in or wholly out of where it is wanted.

    Intervals and tests are each other's inverse (Lehmann and Romano, "Testing Statistical
    Hypotheses", 3.5).  1 where the value lies on the edge, NaN where there is no interval.
    """
    if math.isnan(spread.interval(CONFIDENCE)[0]):
        return math.nan
    if isinstance(spread, Centred):
        return spread.p(wanted)
    low, high = math.log(LEAST_P), 0.0
    if decides(spread.interval(1 - LEAST_P), wanted):
        return LEAST_P
    for _ in range(40):
        middle = (low + high) / 2
        if decides(spread.interval(1 - math.exp(middle)), wanted):
            high = middle
        else:
            low = middle
    return math.exp(high)
