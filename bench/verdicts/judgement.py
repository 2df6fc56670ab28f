"""What a rule answers with: a verdict, its words, and the numbers behind it.  Pure.

Knows neither rules nor evidence, and not how a verdict is shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Verdict = Literal["confirmed", "refuted", "depends", "not settled", "not measured"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

Kind = Literal[
    "value", "ratio", "difference", "share", "crossing", "exponent", "slope", "false verdicts"
]
Role = Literal["statement", "precondition", "must be seen"]

BETWEEN = " | "
"""Stands between words that explain different verdicts of parts."""

ALIKE = 3
"""So many parts with the same reason are said in one."""

ANYTHING = (-math.inf, math.inf)


@dataclass(frozen=True)
class Number:
    """One measured number of a judgement, its 95 % interval and what the law says of it.

    `wanted` is where the claim expects it, ends included or infinite; `verdict` is
    what it says by itself, None where it decides only together with others.  `p_value` is
    at most 0.05 where the verdict is sure; with Holm's correction where parts of the claim
    contradict each other.
    """

    kind: Kind
    metric: str
    pattern: str
    value: float
    low: float
    high: float
    trials: int
    unit: str = ""
    other: str = ""
    over: str = ""
    at: str = ""
    law: float = math.nan
    wanted: tuple[float, float] = ANYTHING
    verdict: Verdict | None = None
    p_value: float = math.nan
    role: Role = "statement"

    @property
    def has_interval(self) -> bool:
        return not math.isnan(self.low)

    @property
    def what(self) -> str:
        """What the number is, by the keys of metric and patterns."""
        return self.said(self.metric, self.pattern, self.other)

    def said(self, metric: str, pattern: str, other: str) -> str:
        """What the number is, in the words given for its metric and patterns."""
        words: dict[Kind, str] = {
            "value": f"{metric} of {pattern}",
            "ratio": f"{metric}: {pattern} / {other}",
            "difference": f"{metric}: {pattern} less {other}",
            "share": f"{metric} of {pattern}: share that is exactly {other}",
            "crossing": f"{self.over} where {metric} of {pattern} and {other} are equal",
            "exponent": f"{metric} of {pattern}: exponent of its growth with {self.over}",
            "slope": f"{metric} of {pattern} for one more of {self.over}",
            "false verdicts": f"share of false verdicts on {pattern}, each against itself",
        }
        return f"{words[self.kind]} at {self.at}" if self.at else words[self.kind]


@dataclass(frozen=True)
class Point:
    """A measured value with its interval at one value of a swept parameter."""

    x: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """What a rule saw along a swept parameter: ratios that may cross 1, or values that grow.

    A growing value is start + factor x ** exponent.
    """

    kind: Literal["crossing", "growth"]
    metric: str
    pattern: str
    other: str
    over: str
    over_unit: str
    points: tuple[Point, ...]
    at: str = ""
    crossing: Number | None = None
    exponent: float = math.nan
    factor: float = math.nan
    start: float = math.nan


@dataclass(frozen=True)
class Judgement:
    """A verdict with its numbers; `words` say what decided, `curves` what it was seen in."""

    verdict: Verdict
    words: str
    numbers: tuple[Number, ...] = ()
    curves: tuple[Curve, ...] = ()


NOT_MEASURED = Judgement("not measured", "the run has no such level")


def lacks(metric: str) -> Judgement:
    return Judgement("not measured", f"no trial has {metric}")


def all_of(judgements: Sequence[Judgement]) -> Judgement:
    """One verdict from several that a claim needs together.

    The words of each kind are said once, and those that made the verdict first, without its name;
    so are the numbers of those that made it.
    """
    verdict = together([judgement.verdict for judgement in judgements])
    by_verdict: dict[Verdict, dict[str, None]] = {}
    for judgement in judgements:
        for kind, text in _kinds_of(judgement):
            by_verdict.setdefault(kind, {})[text] = None
    kinds = sorted(by_verdict, key=lambda kind: kind != verdict)
    parts = [(kind, "; ".join(condensed(list(by_verdict[kind])))) for kind in kinds]
    words = BETWEEN.join(text if kind == verdict else f"{kind}: {text}" for kind, text in parts)
    ordered = sorted(judgements, key=lambda judgement: judgement.verdict != verdict)
    return Judgement(
        verdict,
        words,
        tuple(number for judgement in ordered for number in judgement.numbers),
        tuple(curve for judgement in judgements for curve in judgement.curves),
    )


def _kinds_of(judgement: Judgement) -> list[tuple[Verdict, str]]:
    """The words of a judgement by the verdict that they explain; its own come first."""
    own, *others = judgement.words.split(BETWEEN)
    found = [(judgement.verdict, own)] if own else []
    for text in others:
        kind = next((one for one in VERDICTS if text.startswith(f"{one}: ")), judgement.verdict)
        found.append((kind, text.removeprefix(f"{kind}: ")))
    return found


def condensed(texts: Sequence[str]) -> list[str]:
    """Words of parts, where many end in the same reason: the first of them stands for all."""
    by_reason: dict[str, list[str]] = {}
    for text in texts:
        by_reason.setdefault(text.rpartition(": ")[2], []).append(text)
    found = []
    for reason, same in by_reason.items():
        if len(same) < ALIKE:
            found += same
        else:
            subject = same[0].removesuffix(f": {reason}")
            found.append(f"{subject} and {len(same) - 1} more parts: {reason}")
    return found


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a claim from those of its parts.

    A part that is missing leaves the claim unmeasured.  Where one part holds and
    another does not, the claim depends, whatever the unsettled ones will say.
    """
    found = set(verdicts)
    if not found or "not measured" in found:
        return "not measured"
    if "depends" in found or {"confirmed", "refuted"} <= found:
        return "depends"
    if "not settled" in found:
        return "not settled"
    return found.pop()
