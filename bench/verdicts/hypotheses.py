"""Hypotheses: the parts of a claim, held against where they are wanted, decided together.  Pure.

One is confirmed where its whole interval lies inside, refuted where it lies outside.  Where
some say one and some the other, Holm's correction decides which do, so that the chance of even
one wrong verdict among them is at most 5 %.  Knows no metric and no claim.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model.units import significant
from bench.stats.autocorrelation import median_interval
from bench.stats.estimates import CONFIDENCE
from bench.stats.trimmed import FEWEST
from bench.stats.two_samples import holm
from bench.verdicts.intervals import Ends, decides, inside, outside
from bench.verdicts.judgement import Judgement, Kind, Number, Verdict, all_of
from bench.verdicts.spreads import Spread, p_value

NEEDED = FEWEST
"""Repeats below which nothing is confirmed or refuted."""


@dataclass(frozen=True)
class Hypothesis:
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


def hypothesis_of(
    kind: Kind,
    metric: str,
    pattern: str,
    spread: Spread,
    words: str,
    values: Sequence[float] = (),
    shown: tuple[Number, ...] = (),
    **more: Any,
) -> Hypothesis:
    """A hypothesis, and its number with the 95 % interval of its spread."""
    low, high = spread.interval(CONFIDENCE)
    found = Number(kind, metric, pattern, spread.value, low, high, spread.trials, **more)
    return Hypothesis(found, spread, words, tuple(values), shown)


@dataclass(frozen=True)
class Examined:
    """What a rule found: hypotheses to be decided with those of the whole claim, and what follows.

    `conclude` takes the judgement of each, in their order, and gives those that follow from them.
    """

    hypotheses: tuple[Hypothesis, ...]
    conclude: Callable[[Sequence[Judgement]], list[Judgement]] = list


def merged(items: Sequence[Hypothesis | Judgement | Examined]) -> Examined:
    """Several findings that a claim needs together; judgements are those that need no test."""
    each = [_examined(item) for item in items]

    def conclude(judgements: Sequence[Judgement]) -> list[Judgement]:
        rest, found = list(judgements), []
        for one in each:
            count = len(one.hypotheses)
            found += one.conclude(rest[:count])
            rest = rest[count:]
        return found

    return Examined(tuple(hypothesis for one in each for hypothesis in one.hypotheses), conclude)


def _examined(item: Hypothesis | Judgement | Examined) -> Examined:
    if isinstance(item, Hypothesis):
        return Examined((item,))
    if isinstance(item, Judgement):
        return Examined((), lambda _: [item])
    return item


def conclude(examined: Examined) -> Judgement:
    """Decide all hypotheses of a claim, and conclude from them."""
    return all_of(examined.conclude(decide_together(examined.hypotheses)))


def decide_together(hypotheses: Sequence[Hypothesis]) -> list[Judgement]:
    """The judgement of each, where all of them are to hold together.

    That all hold, or none, needs no correction, however many they are: it is said only where
    each says so by itself, and a false one does so in at most 5 % (intersection-union test:
    Berger, "Multiparameter hypothesis testing and acceptance sampling", 1982).  That some hold
    and some do not is said of chosen ones, with Holm's correction.
    """
    alone = [_judged(one, p, 1) for one, p in zip(hypotheses, _p_values(hypotheses), strict=True)]
    if {"confirmed", "refuted"} <= {one.verdict for one in alone}:
        return decide(hypotheses)
    return alone


def decide(hypotheses: Sequence[Hypothesis]) -> list[Judgement]:
    """The judgement of each by itself, with Holm's correction over those that can be tested.

    Holm, "A simple sequentially rejective multiple test procedure" (1979).
    """
    raw = _p_values(hypotheses)
    count = sum(not math.isnan(p) for p in raw)
    return [_judged(one, p, count) for one, p in zip(hypotheses, holm(raw), strict=True)]


def _p_values(hypotheses: Sequence[Hypothesis]) -> list[float]:
    """Uncorrected; NaN of those that cannot be tested."""
    return [p_value(one.spread, one.wanted) if _is_enough(one) else math.nan for one in hypotheses]


def _is_enough(one: Hypothesis) -> bool:
    return one.spread.trials >= NEEDED


def _judged(one: Hypothesis, p: float, count: int) -> Judgement:
    verdict, why = _decided(one, p, count)
    at = f" at {one.number.at}" if one.number.at and one.number.at not in one.words else ""
    words = f"{one.words}{at}: {why}" if why else one.words
    numbers = one.shown or (dataclasses.replace(one.number, verdict=verdict, p_value=p),)
    return Judgement(verdict, words, numbers)


def _decided(one: Hypothesis, p: float, count: int) -> tuple[Verdict, str]:
    """The verdict, and why there is none where there is none."""
    trials = one.spread.trials
    if not _is_enough(one):
        return "not settled", f"{trials} repeat{'s' * (trials != 1)}, {NEEDED} are needed"
    if math.isnan(p):
        return "not settled", f"all {trials} repeats are alike, and what they counted is not known"
    ends = one.spread.interval(CONFIDENCE)
    if p <= 1 - CONFIDENCE:
        return _unless_others_disagree(one, "confirmed" if inside(ends, one.wanted) else "refuted")
    if not decides(ends, one.wanted):
        return "not settled", _more(one.spread.repeats(one.wanted, CONFIDENCE), trials)
    # The strictest of Holm's steps is Bonferroni's.
    needed = one.spread.repeats(one.wanted, 1 - (1 - CONFIDENCE) / count)
    return "not settled", (
        f"its 95 % interval would suffice alone, but not as one of {count} parts (Holm's p = "
        f"{significant(p, 2)}); {_more(needed, trials)}"
    )


def _unless_others_disagree(one: Hypothesis, side: Verdict) -> tuple[Verdict, str]:
    """The verdict of the trimmed mean, if the mean of all trials and the median lie there too."""
    if not one.values:
        return side, ""
    mean = sum(one.values) / len(one.values)
    lies = inside if side == "confirmed" else outside
    median = median_interval(one.values)
    low, high = median.low, median.high
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
