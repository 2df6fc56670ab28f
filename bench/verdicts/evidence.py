"""Verdicts: what a run's trials say to the statements that a field repeats.  Pure.

A claim's rule reads the metrics of single trials and answers with a verdict and
the numbers behind it.  A verdict rests on intervals over trials, never on single
values: what they do not settle is "not settled".  Knows no experiment, and not
how a verdict is shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args

from bench.model.load import Load, Parameter
from bench.model.units import show
from bench.stats.estimates import Estimate, estimate

Verdict = Literal["confirmed", "refuted", "depends", "not settled", "not measured"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

Kind = Literal["value", "ratio", "crossing", "slope", "fit"]

ANYTHING = (-math.inf, math.inf)


@dataclass(frozen=True)
class Number:
    """One measured number of a judgement, its interval and what the law says of it.

    `wanted` is where the claim expects it, ends included or infinite; `verdict` is
    what it says by itself, None where it decides only together with others.
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

    @property
    def has_interval(self) -> bool:
        return not math.isnan(self.low)

    @property
    def what(self) -> str:
        """What the number is, by the keys of metric and patterns."""
        return self.said(self.metric, self.pattern, self.other)

    def said(self, metric: str, pattern: str, other: str) -> str:
        """What the number is, in the words given for its metric and patterns."""
        at = f" at {self.at}" if self.at else ""
        match self.kind:
            case "ratio":
                return f"{metric}: {pattern} / {other}{at}"
            case "crossing":
                return f"{self.over} where {metric} of {pattern} and {other} are equal{at}"
            case "slope":
                return f"{metric} of {pattern} for one more of {self.over}{at}"
            case "fit":
                return f"{metric} of {pattern}: share explained by a straight line{at}"
        return f"{metric} of {pattern}{at}"


def number(kind: Kind, metric: str, pattern: str, entry: Estimate, **more: Any) -> Number:
    """An estimate as a number of a judgement."""
    return Number(kind, metric, pattern, entry.value, entry.low, entry.high, entry.trials, **more)


@dataclass(frozen=True)
class Point:
    """A measured value with its interval at one value of a swept parameter."""

    x: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """What a rule saw along a swept parameter: ratios that may cross 1, or points on a line."""

    kind: Literal["crossing", "line"]
    metric: str
    pattern: str
    other: str
    over: str
    over_unit: str
    points: tuple[Point, ...]
    at: str = ""
    crossing: Number | None = None
    slope: float = math.nan
    intercept: float = math.nan


@dataclass(frozen=True)
class Judgement:
    """A verdict with its numbers; `words` say what decided, `curves` what it was seen in."""

    verdict: Verdict
    words: str
    numbers: tuple[Number, ...] = ()
    curves: tuple[Curve, ...] = ()


@dataclass(frozen=True)
class Cell:
    """The usable trials of one pattern under one load: metric values by repeat.

    `load` holds every parameter by public name, in base units.
    """

    pattern: str
    load: Mapping[str, Any]
    trials: Mapping[int, Mapping[str, float]]
    facts: Mapping[str, float] = field(default_factory=dict)
    typed_load: Load[Any] | None = None

    def values(self, metric: str) -> list[float]:
        return [trial.get(metric, math.nan) for _, trial in sorted(self.trials.items())]

    def estimate(self, metric: str) -> Estimate:
        return estimate(self.values(metric))

    def parameter(self, name: str) -> Parameter | None:
        """What is known of a load parameter."""
        return self.typed_load.parameters.get(name) if self.typed_load else None

    def unit(self, name: str) -> str:
        found = self.parameter(name)
        return found.unit if found else ""

    def is_unusual(self, name: str) -> bool:
        found = self.parameter(name)
        return found is not None and self.load[name] != found.default

    def at(self, names: Sequence[str]) -> str:
        """The named load parameters in words: `rtt=50ms clients=10`."""
        return " ".join(f"{name}={show(self.load[name], self.unit(name))}" for name in names)


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
    if name not in load:
        return False
    return bool(wanted(load[name])) if callable(wanted) else bool(load[name] == wanted)


def where_words(where: Mapping[str, Any]) -> str:
    """The fixed values that a rule asks for, in brackets; conditions have no words."""
    words = [f"{name}={value}" for name, value in where.items() if not callable(value)]
    return f" ({' '.join(words)})" if words else ""


class Rule(Protocol):
    """Judges evidence; `text` says in words what it asks for."""

    @property
    def text(self) -> str: ...

    def judge(self, evidence: Evidence) -> Judgement: ...


NOT_MEASURED = Judgement("not measured", "the run has no such level")


def lacks(metric: str) -> Judgement:
    return Judgement("not measured", f"no trial has {metric}")


def all_of(judgements: Sequence[Judgement]) -> Judgement:
    """One verdict from several that a claim needs together."""
    verdict = together([judgement.verdict for judgement in judgements])
    by_verdict: dict[Verdict, dict[str, None]] = {}
    for judgement in judgements:
        if judgement.words:
            by_verdict.setdefault(judgement.verdict, {})[judgement.words] = None
    parts = {found: "; ".join(words) for found, words in by_verdict.items()}
    words = " | ".join(
        text if len(parts) == 1 else f"{found}: {text}" for found, text in parts.items()
    )
    return Judgement(
        verdict,
        words,
        tuple(number for judgement in judgements for number in judgement.numbers),
        tuple(curve for judgement in judgements for curve in judgement.curves),
    )


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


def varying(cells: Sequence[Cell]) -> list[str]:
    """The load parameters in which cells differ."""
    names = cells[0].load if cells else {}
    return [name for name in names if any(c.load.get(name) != cells[0].load[name] for c in cells)]


def distinguishing(cells: Sequence[Cell], where: Mapping[str, Any] | None = None) -> list[str]:
    """The load parameters that say where a cell lies.

    Those of `where` that are not at their default, and as many of those in which
    cells differ as it takes to tell them apart.
    """
    asked = {name for name in where or {} if cells and cells[0].is_unusual(name)}
    names = [name for name in varying(cells) if name not in asked]
    for name in ["duration", *names[::-1]]:
        rest = [*asked, *(other for other in names if other != name)]
        if name in names and len({cell.at(rest) for cell in cells}) == len(cells):
            names.remove(name)
    return [name for name in (cells[0].load if cells else {}) if name in {*asked, *names}]


def families_of(cells: Sequence[Cell], over: str) -> list[list[Cell]]:
    """Cells that differ in the swept parameter only, in its order."""
    found: list[tuple[dict[str, Any], list[Cell]]] = []
    for cell in sorted(cells, key=lambda one: float(one.load[over])):
        rest = {name: value for name, value in cell.load.items() if name != over}
        family = next((family for known, family in found if known == rest), None)
        if family is None:
            found.append((rest, [cell]))
        else:
            family.append(cell)
    return [family for _, family in found]


def family_at(
    families: Sequence[Sequence[Cell]], cells: Sequence[Cell], where: Mapping[str, Any]
) -> str:
    """Where a family lies, in what distinguishes it from the others that are long enough."""
    over = varying(cells)
    firsts = [cells[0], *(f[0] for f in families if len(f) > 1 and f is not cells)]
    return cells[0].at([name for name in distinguishing(firsts, where) if name not in over])


def at_each(
    cells: Sequence[Cell], where: Mapping[str, Any], one: Callable[[Cell, str], Judgement]
) -> Judgement:
    """A judgement of every cell, told where it lies among them; all must hold."""
    names = distinguishing(cells, where)
    return all_of([one(cell, cell.at(names)) for cell in cells]) if cells else NOT_MEASURED


def side(inside: bool, outside: bool) -> Verdict:
    """What an interval says that lies inside, outside, or neither."""
    return "confirmed" if inside else "refuted" if outside else "not settled"


def predicted(law: Callable[..., float], *facts: Any) -> float:
    """A law's value, NaN where what it needs was not measured."""
    try:
        return float(law(*facts))
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return math.nan
