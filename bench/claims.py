"""Verdicts: what a run's trials say to the statements that a field repeats.  Pure.

A claim's rule reads the metrics of single trials and answers with a verdict and
the numbers behind it.  A verdict rests on intervals over trials, never on single
values: what they do not settle is "not settled".  Knows no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bench.statistics import Estimate, estimate

Verdict = Literal["confirmed", "refuted", "depends", "not settled", "not measured"]


@dataclass(frozen=True)
class Number:
    """One measured value of a judgement, its interval and what the law says of it."""

    what: str
    unit: str
    value: float
    low: float
    high: float
    trials: int
    law: float = math.nan


@dataclass(frozen=True)
class Judgement:
    """A verdict with its numbers; `words` say what decided."""

    verdict: Verdict
    words: str
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Cell:
    """The usable trials of one pattern under one load: metric values by repeat.

    `load` holds every parameter by public name, in base units.
    """

    pattern: str
    load: Mapping[str, Any]
    trials: Mapping[int, Mapping[str, float]]
    facts: Mapping[str, float] = field(default_factory=dict)
    typed_load: Any = None

    def values(self, metric: str) -> list[float]:
        return [trial.get(metric, math.nan) for _, trial in sorted(self.trials.items())]

    def estimate(self, metric: str) -> Estimate:
        return estimate(self.values(metric))


@dataclass(frozen=True)
class Evidence:
    """All cells of a run.  `normal` are the values that hold where a rule names none."""

    cells: Sequence[Cell]
    normal: Mapping[str, Any]

    def find(self, pattern: str, where: Mapping[str, Any]) -> list[Cell]:
        """The cells of a pattern whose load is as wanted; a callable value is a condition."""
        wanted = {**self.normal, **where}
        return [
            cell
            for cell in self.cells
            if cell.pattern == pattern and all(_holds(cell.load, *item) for item in wanted.items())
        ]


def _holds(load: Mapping[str, Any], name: str, wanted: Any) -> bool:
    value = load.get(name)
    return bool(wanted(value)) if callable(wanted) else bool(value == wanted)


class Rule(Protocol):
    """Judges evidence."""

    def judge(self, evidence: Evidence) -> Judgement: ...


def all_of(judgements: Sequence[Judgement]) -> Judgement:
    """One verdict from several that a claim needs together."""
    verdicts = [judgement.verdict for judgement in judgements]
    words = "; ".join(dict.fromkeys(j.words for j in judgements if j.words))
    numbers = tuple(number for judgement in judgements for number in judgement.numbers)
    return Judgement(_together(verdicts), words, numbers)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    known = [verdict for verdict in verdicts if verdict != "not measured"]
    if not known or len(known) < len(verdicts):
        return "not measured"
    if len(set(known)) == 1:
        return known[0]
    if "not settled" in known:
        return "not settled"
    return "depends"


NOT_MEASURED = Judgement("not measured", "the run has no such level")
