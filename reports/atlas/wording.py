"""What a claim's verdict comes to in a sentence, and what would overturn it.  Pure.

Words are made of a judgement's numbers alone; knows neither markup nor files, and judges nothing.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence

from bench.analysis.evaluated import ExperimentResult
from bench.stats.estimates import Estimate
from bench.verdicts.judgement import ANYTHING, BETWEEN, Judgement, Kind, Number, Verdict
from reports import claims_section
from reports.claims_section import in_order, title_of, with_unit, without_empty
from reports.numbers import SAME, interval

MOST_AT = 40
"""Letters of the level that a sentence names; a longer one stands beside the number."""

REPEATS = re.compile(r"about [\d,]+ repeats would settle it")
NEAR = "it lies too near its bound for more repeats to settle it"


def answer(result: ExperimentResult, judgement: Judgement) -> str:
    """The verdict as an answer: "Yes: gRPC has 0.51 times the bytes of REST"."""
    numbers = [one for one in in_order(judgement) if one.role == "statement"]
    lead = {"confirmed": "Yes", "refuted": "No", "depends": "It depends", "not settled": "Open"}
    if judgement.verdict == "not measured":
        return f"Not measured: {claims_section.words(result, judgement).split('; ')[0]}"
    said = _said(result, judgement, numbers)
    return f"{lead[judgement.verdict]}: {said}" if said else lead[judgement.verdict]


def _said(result: ExperimentResult, judgement: Judgement, numbers: Sequence[Number]) -> str:
    if judgement.verdict == "depends":
        return _divided(result, judgement, numbers)
    own = [one for one in numbers if one.verdict == judgement.verdict] or list(numbers)
    if not own:
        return claims_section.words(result, judgement).partition(BETWEEN)[0]
    return sentence(result, own[0], with_interval=judgement.verdict == "not settled")


def _divided(result: ExperimentResult, judgement: Judgement, numbers: Sequence[Number]) -> str:
    """On which side of a crossing it holds; else what holds and what does not."""
    if any(one.kind == "crossing" for one in numbers):
        words = claims_section.words(result, judgement)
        reasons = [text for part in words.split(BETWEEN) for text in part.split("; ")]
        for text in reasons:
            if " up to " in text and text.endswith("beyond"):
                return text.replace("_", " ")
    holds, fails = (
        next((one for one in numbers if one.verdict == side), None)
        for side in ("confirmed", "refuted")
    )
    if holds is None or fails is None:
        return claims_section.words(result, judgement).partition(BETWEEN)[0]
    if _about(holds) == _about(fails):  # they differ in the level alone, so it must be told
        holds, fails = (
            dataclasses.replace(one, at=_own(one, o)) for one, o in ((holds, fails), (fails, holds))
        )
    return f"{sentence(result, holds)}, but {sentence(result, fails)}"


def _about(one: Number) -> tuple[str, ...]:
    return one.kind, one.metric, one.pattern, one.other


def _own(one: Number, other: Number) -> str:
    """The settings of a number's level that another's has not, and what levels it compares."""
    settings, compared = _level(one)
    own = [word for word in settings if word not in _level(other)[0]]
    return " ".join([*own, *([f"({compared})"] if compared else [])])


def _level(one: Number) -> tuple[list[str], str]:
    """ "a=1 b=2 (a=1 / a=5)" as its settings and what the bracket compares."""
    settings, _, compared = one.at.partition("(")
    return settings.split(), compared.rstrip(")")


def sentence(result: ExperimentResult, one: Number, *, with_interval: bool = False) -> str:
    """One number as one would say it."""
    mine, other = title_of(result, one.pattern), title_of(result, one.other)
    metric, over = result.metric(one.metric).title, one.over.replace("_", " ")
    value = now(one) if with_interval else with_unit(one.value, one.unit)
    if one.kind == "ratio":
        return _ratio(result, one, metric, value)
    words: dict[Kind, str] = {
        "difference": f"{mine} has {value} more {metric} than {other}",
        "value": f"{metric} of {mine} is {value}{_law(one)}",
        "share": f"{metric} of {mine} is exactly {other} in a share of {value}",
        "crossing": f"{mine} and {other} have equal {metric} at {over}={value}",
        "exponent": f"{metric} of {mine} grows as {over}^{value}",
        "slope": f"{metric} of {mine} rises by {value} for one more of {over}",
        "false verdicts": f"the share of false verdicts on {mine} against itself is {value}",
    }
    said = f"{one.said(metric, mine, other)}: {value}"  # a kind that has no sentence yet
    return words[one.kind] + _at(one) if one.kind in words else said


def _law(one: Number) -> str:
    return "" if math.isnan(one.law) else f", the law says {with_unit(one.law, one.unit)}"


def _ratio(result: ExperimentResult, one: Number, metric: str, value: str) -> str:
    mine, other, at = title_of(result, one.pattern), title_of(result, one.other), _at(one)
    if one.pattern == one.other:
        settings, compared = _level(one)
        more = " ".join(word for word in settings if word not in compared.split(" / ")[0].split())
        between = compared.replace(" / ", " over that at ") or more
        also = f", {more}" if more and compared and len(more) <= MOST_AT else ""
        return f"{metric} of {mine} at {between}{also} is {value}".replace("_", " ")
    if any(one.other == pattern.name for pattern in result.patterns):
        return f"{mine} has {value} times the {metric} of {other}{at}"
    # The other is a number, or what the pattern itself has at another level.
    is_level = "=" in other.partition(" ")[0]
    against = f"{'that at' if is_level else 'the bound of'} {other.replace('_', ' ')}"
    return f"{metric} of {mine} is {value} times {against}{at}"


def _at(one: Number) -> str:
    at = without_empty(one.at)
    return f" at {at.replace('_', ' ')}" if at and len(at) <= MOST_AT else ""


def within_words(one: Number) -> str:
    """ "0.40 to 0.44", "±0" or "one trial"."""
    return interval(Estimate(one.value, one.low, one.high, one.trials)) or "one trial"


# --- what would overturn it ---------------------------------------------------------------


def overturned_by(result: ExperimentResult, judgement: Judgement) -> str:
    """What a run would have to find for another verdict, told by the nearest number."""
    numbers = [
        one
        for one in judgement.numbers
        if one.role == "statement" and one.wanted != ANYTHING and one.verdict
    ]
    parts = {side: [one for one in numbers if one.verdict == side] for side in SIDES}
    if judgement.verdict == "confirmed":
        return _beyond(result, parts["confirmed"], holds=True)
    if judgement.verdict == "refuted":
        return _beyond(result, parts["refuted"], holds=False)
    if judgement.verdict == "depends":
        return _agreeing(result, judgement, parts)
    if judgement.verdict == "not settled":
        return _deciding(result, judgement, parts["not settled"])
    return "A run in which what is missing can be seen."


SIDES: tuple[Verdict, ...] = ("confirmed", "refuted", "not settled")


def _beyond(result: ExperimentResult, numbers: Sequence[Number], *, holds: bool) -> str:
    """The one number that is nearest to the other side, and where that begins."""
    if not numbers:
        return "A run whose numbers say otherwise, each with its whole interval."
    one = min(numbers, key=nearness)
    where = outside(one) if holds else inside(one)
    alone = "the number" if len(numbers) == 1 else f"one of {len(numbers)} numbers"
    if not holds and len(numbers) > 1:
        alone = f"all of {len(numbers)} numbers"
    lead = "" if len(numbers) == 1 else "; nearest to that"
    side = "outside its bounds" if holds else "where the claim holds"
    lies = "lie" if alone.startswith("all") else "lies"
    return (
        f"A run in which {alone} {lies} {side} with the whole interval{lead}: "
        f"{_named(result, one)} is {now(one)}, and would have to be {where}."
    )


def _agreeing(
    result: ExperimentResult, judgement: Judgement, parts: dict[Verdict, list[Number]]
) -> str:
    crossings = [one for one in judgement.numbers if one.kind == "crossing"]
    if crossings:
        one = crossings[0]
        xs = [
            point.x
            for curve in judgement.curves
            if curve.over == one.over
            for point in curve.points
        ]
        span = (
            f" from {with_unit(min(xs), one.unit)} to {with_unit(max(xs), one.unit)}" if xs else ""
        )
        return (
            f"A run in which the same side is ahead at every {one.over.replace('_', ' ')}{span}: "
            f"now they are equal at {now(one)}."
        )
    if parts["refuted"]:
        one = min(parts["refuted"], key=nearness)
        return (
            f"A run in which all parts say the same. Nearest to that: {_named(result, one)} is "
            f"{now(one)}, and would have to be {inside(one)} with its whole interval."
        )
    return "A run in which all parts say the same."


def _deciding(result: ExperimentResult, judgement: Judgement, numbers: Sequence[Number]) -> str:
    if not numbers:
        return "More repeats: nothing is decided yet."
    one = numbers[0]
    count = REPEATS.search(judgement.words)
    how = (
        f" ({count[0]})"
        if count
        else " (no number of repeats is likely to)" * (NEAR in judgement.words)
    )
    return (
        f"Any run that decides{how}: {_named(result, one)} is {now(one)}, and would have to be "
        f"{inside(one)} with its whole interval, or {outside(one)}."
    )


def nearness(one: Number) -> float:
    """How far a number's interval is from the nearest end of where it is wanted, as a share."""
    ends = [end for end in one.wanted if math.isfinite(end)]
    mine = [end for end in (one.low, one.high) if math.isfinite(end)] or [one.value]
    scale = max([abs(one.value), *map(abs, ends)]) or 1.0
    return min((abs(a - b) / scale for a in ends for b in mine), default=math.inf)


def inside(one: Number) -> str:
    """ "below 0.5", "above 2 ms", "between 0.95 and 1.05"."""
    low, high = one.wanted
    if math.isinf(low):
        return f"below {with_unit(high, one.unit)}"
    if math.isinf(high):
        return f"above {with_unit(low, one.unit)}"
    return f"between {with_unit(low, one.unit)} and {with_unit(high, one.unit)}"


def outside(one: Number) -> str:
    """The contrary of `inside`."""
    low, high = one.wanted
    below, above = f"below {with_unit(low, one.unit)}", f"above {with_unit(high, one.unit)}"
    is_low, is_high = math.isfinite(low) and low != 0, math.isfinite(high)
    if one.kind in ("share", "false verdicts") and high == 1:
        is_high = False  # no share is above all
    return " or ".join([below] * is_low + [above] * is_high) or "elsewhere"


def now(one: Number) -> str:
    """The value with its interval: "6.28 ms (6.03 to 6.54)"."""
    within = within_words(one)
    value = with_unit(one.value, one.unit)
    return f"{value} in all trials" if within == SAME else f"{value} ({within})"


def _named(result: ExperimentResult, one: Number) -> str:
    metric = result.metric(one.metric).title
    said = one.said(metric, title_of(result, one.pattern), title_of(result, one.other))
    return without_empty(said).replace("_", " ")
