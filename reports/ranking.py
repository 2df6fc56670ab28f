"""Who is ahead in a metric, and whether the intervals settle it.  Pure.

Knows estimates and patterns; not how the answer is worded or drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.analysis.evaluated import ExperimentResult, Level
from bench.analysis.metrics import Metric
from bench.model.pattern import Pattern
from bench.stats.estimates import Estimate, clearly_best
from reports.numbers import number


@dataclass(frozen=True)
class Standing:
    """A pattern with its value."""

    pattern: Pattern
    estimate: Estimate


@dataclass(frozen=True)
class Ranking:
    """The compared patterns by one metric at one level, the best value first.

    `leaders` cannot be distinguished by their intervals, or are the same number to the digits
    that a report shows; one alone is clearly best.
    """

    metric: Metric
    level: Level
    places: tuple[Standing, ...]
    leaders: tuple[Standing, ...]
    has_intervals: bool

    @property
    def is_settled(self) -> bool:
        return len(self.leaders) == 1

    @property
    def followers(self) -> tuple[Standing, ...]:
        return tuple(place for place in self.places if place not in self.leaders)


def rank(result: ExperimentResult, level: Level, key: str) -> Ranking | None:
    """None where fewer than two compared patterns have the metric, or it has no better side."""
    metric = result.metric(key)
    higher = metric.better == "higher"
    known = [
        Standing(pattern, estimate)
        for pattern in result.patterns
        if pattern.compared
        and not math.isnan((estimate := result.estimate(pattern.name, level, key)).value)
    ]
    if len(known) < 2 or metric.better == "neither":
        return None
    places = sorted(known, key=lambda place: place.estimate.value, reverse=higher)
    has_intervals = all(place.estimate.has_interval for place in places)
    best = clearly_best([place.estimate for place in places], higher) if has_intervals else None
    leaders = places[:1] if best == 0 else _reaching(places, higher) if has_intervals else places
    # Four a second is not ahead of four a second, however narrow the intervals are.
    shown = number(places[0].estimate.value)
    leaders = [one for one in places if one in leaders or number(one.estimate.value) == shown]
    return Ranking(metric, level, tuple(places), tuple(leaders), has_intervals)


def _reaching(places: list[Standing], higher: bool) -> list[Standing]:
    """Those whose interval reaches that of the best, the best itself among them."""
    best = places[0].estimate
    return [
        place
        for place in places
        if (place.estimate.high >= best.low if higher else place.estimate.low <= best.high)
    ]


def clear_winner(result: ExperimentResult, level: Level, key: str) -> str | None:
    """The pattern that is clearly best, None where the run does not settle it."""
    ranking = rank(result, level, key)
    return ranking.leaders[0].pattern.name if ranking and ranking.is_settled else None


def ratio(of: Estimate, to: Estimate) -> Estimate | None:
    """of / to with its 95 % interval; None where a value is not positive.

    The two were measured apart, so their relative errors add in squares; both
    intervals are symmetric on the log scale.
    """
    if not (of.value > 0 and to.value > 0):
        return None
    value = of.value / to.value
    if not (of.low > 0 and to.low > 0):
        return Estimate(value, math.nan, math.nan, min(of.trials, to.trials))
    spread = math.hypot(math.log(of.high / of.value), math.log(to.high / to.value))
    low, high = value * math.exp(-spread), value * math.exp(min(spread, 700.0))
    return Estimate(value, low, high, min(of.trials, to.trials))
