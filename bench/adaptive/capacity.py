"""How much still meets an objective: which level to measure next, and what is known then.  Pure.

Grows by doubling from a start, then halves the bracket between what passes and what
fails on a logarithmic scale, until it is narrow.  Then both ends get a second look, so
that one noisy moment does not decide: what a second look turns over opens the bracket
again.  One trial is asked for at a time, and none whose outcome could change nothing.
The answer is where a line through the trials around the bracket reaches the objective.

Decides only; the driver measures and asks again.  Knows values and words of trials,
not where they came from; reads no clock.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bench.adaptive.precision import SHARE
from bench.analysis.gates import Gate
from bench.model.errors import UsageError
from bench.stats.theil_sen import LineCrossing, reaches

LevelState = Literal["passes", "fails", "silent", "open"]

GROWTH = 2.0
MORE = 1.5
"""So many times the observations at twice the level: then the level brings them."""

DIGITS = 3
"""Significant digits of a level that need not be a whole number."""

LEAST_SHARE = 0.01
"""A narrower bracket than this would be narrower than a level's three digits."""

LEAST_SLOPE = 0.1
"""A metric that grows less than this power of the level is flat: a line says nothing."""

NEAR = 2.0
"""Trials at levels within this factor of the bracket tell where the objective is crossed."""

MOST_LEVELS = 60
"""From 1 to 1,000,000 in doublings and down to 1 % are 28; more means that nothing is monotone."""


@dataclass(frozen=True)
class TrialOutcome:
    """What one trial showed at a level: the metric's value, or why it has none.

    `broken` says why the trial fails its level whatever its value is (it failed, or it
    was not complete); `silent` why it cannot be judged (too few samples).
    """

    level: float
    value: float
    broken: str = ""
    silent: str = ""
    observations: int | None = None
    """Of a silent trial: how many independent ones it had, where that is what it lacks."""


@dataclass(frozen=True)
class Search:
    """What is looked for: the objective, where to begin, where to end.

    `most` is the greatest level that may be asked for and `why_most` says why.
    """

    objective: Gate
    first: float
    most: float
    why_most: str
    within: float = 0.05
    repeats: int = 3
    whole: bool = True

    def trials_at(self, looks: int) -> int:
        """How many trials a level has at most: odd after the second look, so that one side wins."""
        return self.repeats if looks == 1 else 2 * self.repeats + 1

    def holds(self, value: float) -> bool:
        return self.objective.holds(value, value) == "yes"


@dataclass(frozen=True)
class Level:
    """A level and all that its trials showed; `looks` is how often it was looked at: 1 or 2."""

    search: Search
    level: float
    trials: tuple[TrialOutcome, ...]
    looks: int = 1

    @property
    def broken(self) -> list[str]:
        return [seen.broken for seen in self.trials if seen.broken]

    @property
    def values(self) -> list[float]:
        """Of the trials that were whole."""
        found = (seen.value for seen in self.trials if not seen.broken and not seen.silent)
        return [value for value in found if not math.isnan(value)]

    @property
    def median(self) -> float:
        return statistics.median(self.values) if self.values else math.nan

    @property
    def verdict(self) -> LevelState:
        """Whether the median over trials keeps the objective, as soon as that is sure.

        One broken trial fails the level at once.  At a second look it takes two of
        them: one may have been the machine's.
        """
        if len(self.broken) >= self.looks:
            return "fails"
        if any(seen.silent for seen in self.trials):
            return "silent"
        asked, hold = self.search.trials_at(self.looks), sum(map(self.search.holds, self.values))
        miss = len(self.trials) - hold
        if 2 * hold > asked:
            return "passes"
        if 2 * miss > asked:
            return "fails"
        if len(self.trials) < asked:
            return "open"
        return "passes" if self.search.holds(self.median) else "fails"

    @property
    def reason(self) -> str:
        """Why it fails where its values do not say it."""
        reasons = self.broken or [seen.silent for seen in self.trials if seen.silent]
        return reasons[0] if reasons and self.verdict != "passes" else ""


Ending = Literal["found", "limit", "start fails", "cannot be judged", "gave up"]


@dataclass(frozen=True)
class Step:
    """What to measure next (`level`), or how it ended; the bracket as it stands."""

    level: float | None
    words: str
    passes: Level | None = None
    fails: Level | None = None
    ending: Ending | None = None


def share(text: str) -> float:
    """The bracket's width of `--within 5%`; UsageError where it cannot be meant."""
    match = SHARE.match(text)
    if not match or not match.group(2):
        raise UsageError(f"--within {text}: not a percentage; write e.g. 5%")
    width = float(match.group(1)) / 100
    if not LEAST_SHARE <= width <= 1:
        raise UsageError(f"--within {text}: must lie between 1% and 100%; write e.g. 5%")
    return width


def step(search: Search, seen: Sequence[TrialOutcome]) -> Step:
    """The next trial, given all that was measured so far."""
    levels = levels_of(search, seen)
    begun = [one for one in levels if one.verdict == "open"]
    low, high = bracket(levels)
    if begun:
        return Step(begun[0].level, "the level is not settled yet", low, high)
    if len(levels) > MOST_LEVELS:
        words = f"{len(levels)} levels were measured, and the results follow no order"
        return Step(None, words, low, high, "gave up")
    if high is None:
        return _grow(search, levels, low)
    if low is None:
        silent = any(one.verdict == "silent" for one in levels if one.level < high.level)
        ending: Ending = "cannot be judged" if silent else "start fails"
        return _second_look([high]) or Step(None, high.reason, low, high, ending)
    middle = between(search, low.level, high.level)
    if middle is not None:
        return Step(middle, f"between {low.level:g} (passes) and {high.level:g} (fails)", low, high)
    return _second_look([low, high]) or Step(None, high.reason, low, high, "found")


def levels_of(search: Search, seen: Sequence[TrialOutcome]) -> list[Level]:
    """All levels by size.

    A level that was looked at a second time is told by its trials: there are more than
    its first look had needed.
    """
    found: dict[float, Level] = {}
    for one in seen:
        before = found.get(one.level, Level(search, one.level, ()))
        looks = before.looks if before.verdict == "open" or not before.trials else 2
        found[one.level] = replace(before, trials=(*before.trials, one), looks=looks)
    return sorted(found.values(), key=lambda one: one.level)


def bracket(levels: Sequence[Level]) -> tuple[Level | None, Level | None]:
    """The greatest level that passes below the least that fails, and the latter.

    What cannot be judged above something that passes has failed to show what was asked.
    """
    low: Level | None = None
    for one in levels:
        if one.verdict == "fails" or (one.verdict == "silent" and low is not None):
            return low, one
        if one.verdict == "passes":
            low = one
    return low, None


def between(search: Search, low: float, high: float) -> float | None:
    """The geometric middle; None where the bracket is narrow enough or has no middle."""
    if high <= low * (1 + search.within):
        return None
    middle = rounded(search, math.sqrt(low * high))
    return middle if low < middle < high else None


def rounded(search: Search, level: float) -> float:
    if search.whole:
        return float(round(level))
    return float(f"{level:.{DIGITS}g}")


def _grow(search: Search, levels: Sequence[Level], low: Level | None) -> Step:
    if not levels:
        return Step(search.first, "the start")
    last = levels[-1]
    if _in_vain(levels):
        return Step(None, last.reason, low, None, "cannot be judged")
    if last.level < search.most:
        words = "passes" if low is last else "cannot be judged"
        following = min(rounded(search, last.level * GROWTH), search.most)
        return Step(following, f"{last.level:g} {words}: twice as much", low)
    if low is not last:
        return Step(None, last.reason, low, None, "cannot be judged")
    return _second_look([low]) or Step(None, search.why_most, low, None, "limit")


def _in_vain(levels: Sequence[Level]) -> bool:
    """Whether a higher level brings no more observations: those of a broadcast are its events."""
    counts = [
        max(
            (one.observations for one in level.trials if one.observations is not None), default=None
        )
        for level in levels[-2:]
        if level.verdict == "silent"
    ]
    first, *rest = counts or [None]
    return bool(rest) and first is not None and (rest[0] or 0) < MORE * first


def _second_look(ends: Sequence[Level]) -> Step | None:
    """One more trial of an end that had only one look; None where all had two."""
    fresh = [one for one in ends if one.looks == 1]
    if not fresh:
        return None
    low = next((one for one in ends if one.verdict == "passes"), None)
    high = next((one for one in ends if one is not low), None)
    return Step(fresh[0].level, "second measurement", low, high)


def crossing(search: Search, seen: Sequence[TrialOutcome], found: Step) -> LineCrossing | None:
    """The capacity: where a line through all trials near the bracket reaches the bound.

    It uses many trials where the bracket's ends use their own, so it scatters less from run to
    run, and it has an interval; the bracket only says where the search stopped.  On logarithms
    (Theil and Sen).  None where the trials show no such line or it leads away from the bracket.
    """
    if found.passes is None or found.fails is None or search.objective.bound <= 0:
        return None
    low, high = found.passes.level / NEAR, found.fails.level * NEAR
    points = [
        (math.log(one.level), math.log(one.value))
        for one in seen
        if low <= one.level <= high and not one.broken and not one.silent and one.value > 0
    ]
    levels, values = [x for x, _ in points], [y for _, y in points]
    line = reaches(levels, values, math.log(search.objective.bound), LEAST_SLOPE)
    if line is None or not math.log(low) <= line.value <= math.log(high):
        return None
    value, least, most = (
        rounded(search, math.exp(min(end, 700.0))) for end in (line.value, line.low, line.high)
    )
    return LineCrossing(value, least, most, line.points)
