"""The parts of a claim: numbers held against where they are wanted, and decided together.  Pure.

A part is confirmed where its whole interval lies inside, refuted where it lies outside.  All
parts of a claim are one family: each is tested with Holm's correction, so that the chance of
even one wrong verdict among them is at most 5 %.  Knows no metric and no claim.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model.units import significant
from bench.stats.estimates import CONFIDENCE
from bench.stats.trimmed import FEWEST
from bench.stats.two_samples import holm
from bench.verdicts.intervals import (
    Ends,
    Spread,
    decides,
    inside,
    median_interval,
    outside,
    p_value,
)
from bench.verdicts.judgement import Judgement, Kind, Number, Verdict, all_of

NEEDED = FEWEST
"""Repeats below which nothing is confirmed or refuted."""


@dataclass(frozen=True)
class Part:
    """One number of a claim before it is decided.

    `spread` gives its interval, `values` are those of single trials, both in the unit of
    `number`, whose `wanted` says where the claim expects it.  `shown` are the
    numbers to show in its place, where it is no number that says much.
    """

    number: Number
    spread: Spread
    words: str
    values: tuple[float, ...] = ()
    shown: tuple[Number, ...] = ()

    @property
    def wanted(self) -> Ends:
        return self.number.wanted


def part(
    kind: Kind,
    metric: str,
    pattern: str,
    spread: Spread,
    words: str,
    values: Sequence[float] = (),
    shown: tuple[Number, ...] = (),
    **more: Any,
) -> Part:
    """A part, and its number with the 95 % interval of its spread."""
    low, high = spread.interval(CONFIDENCE)
    found = Number(kind, metric, pattern, spread.value, low, high, spread.trials, **more)
    return Part(found, spread, words, tuple(values), shown)


@dataclass(frozen=True)
class Examined:
    """What a rule found: parts to be decided with those of the whole claim, and what then follows.

    `conclude` takes the judgement of each part, in their order, and gives those that follow.
    """

    parts: tuple[Part, ...]
    conclude: Callable[[Sequence[Judgement]], list[Judgement]] = list


def merged(items: Sequence[Part | Judgement | Examined]) -> Examined:
    """Several findings that a claim needs together; judgements are those that need no test."""
    each = [_examined(item) for item in items]

    def conclude(judgements: Sequence[Judgement]) -> list[Judgement]:
        rest, found = list(judgements), []
        for one in each:
            count = len(one.parts)
            found += one.conclude(rest[:count])
            rest = rest[count:]
        return found

    return Examined(tuple(part for one in each for part in one.parts), conclude)


def _examined(item: Part | Judgement | Examined) -> Examined:
    if isinstance(item, Part):
        return Examined((item,))
    if isinstance(item, Judgement):
        return Examined((), lambda _: [item])
    return item


def conclude(examined: Examined) -> Judgement:
    """Decide all parts as one family, and conclude from them."""
    return all_of(examined.conclude(decide(examined.parts)))


def decide(parts: Sequence[Part]) -> list[Judgement]:
    """The judgement of each part, with Holm's correction over those that can be tested.

    Holm, "A simple sequentially rejective multiple test procedure" (1979).
    """
    raw = [p_value(one.spread, one.wanted) if _is_enough(one) else math.nan for one in parts]
    count = sum(not math.isnan(p) for p in raw)
    return [_judged(one, p, count) for one, p in zip(parts, holm(raw), strict=True)]


def _is_enough(one: Part) -> bool:
    return one.spread.trials >= NEEDED


def _judged(one: Part, p: float, count: int) -> Judgement:
    verdict, why = _decided(one, p, count)
    words = f"{one.words}: {why}" if why else one.words
    numbers = one.shown or (dataclasses.replace(one.number, verdict=verdict, p_value=p),)
    return Judgement(verdict, words, numbers)


def _decided(one: Part, p: float, count: int) -> tuple[Verdict, str]:
    """The verdict, and why there is none where there is none."""
    trials = one.spread.trials
    if not _is_enough(one):
        return "not settled", f"{trials} repeat{'s' * (trials != 1)}, {NEEDED} are needed"
    if math.isnan(p):
        return "not settled", f"all {trials} repeats are alike, and what they counted is not known"
    ends = one.spread.interval(CONFIDENCE)
    if p <= 1 - CONFIDENCE:
        return _unless_others_disagree(one, "confirmed" if inside(ends, one.wanted) else "refuted")
    more = _more(one.spread.repeats(one.wanted), trials)
    if decides(ends, one.wanted):
        p_words = significant(p, 2)
        return "not settled", (
            f"its 95 % interval would do alone, but not as one of {count} parts (Holm's p = "
            f"{p_words})"
        )
    return "not settled", more


def _unless_others_disagree(one: Part, side: Verdict) -> tuple[Verdict, str]:
    """The verdict of the trimmed mean, if the mean of all trials and the median lie there too."""
    if not one.values:
        return side, ""
    mean = sum(one.values) / len(one.values)
    lies = inside if side == "confirmed" else outside
    low, high = median_interval(one.values)
    if lies((mean, mean), one.wanted) and not lies_elsewhere(lies, (low, high), one.wanted):
        return side, ""
    return "not settled", (
        f"{side} by the trimmed mean, but the mean of all trials is {significant(mean)} and the "
        f"interval of their median {significant(low)} to {significant(high)}: some trials are far "
        "from the others"
    )


def lies_elsewhere(lies: Callable[[Ends, Ends], bool], median: Ends, wanted: Ends) -> bool:
    """Whether the median's interval lies wholly on another side."""
    return decides(median, wanted) and not lies(median, wanted)


def _more(needed: int | None, trials: int) -> str:
    if needed is None:
        return "it lies too near its bound for more repeats to settle it"
    return f"about {max(needed, trials + 1)} repeats would settle it"
