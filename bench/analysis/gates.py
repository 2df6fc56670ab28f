"""Gates: conditions that a run or a change must keep, as text and as a judgement.  Pure.

    latency_p99 < 50 ms        an objective for a run: must hold       (bench run --slo)
    latency_p99 > +10%         a change that must not be there         (bench compare --fail-if)

A gate is judged by an interval, never by the point: it holds or fails only where
the whole interval says so.  Knows metrics; not where a value came from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bench.analysis.metrics import Metric
from bench.model import hints, units
from bench.model.errors import UsageError

Operator = Literal["<", "<=", ">", ">="]
Answer = Literal["yes", "no", "not settled"]

FORM = re.compile(r"^\s*(\w+(?:\[\w+\])?)\s*(<=|>=|<|>)\s*(.+?)\s*$")
LOOSE_FORM = re.compile(r"^\s*(.+?)\s*(=<|=>|≤|≥|==|=|<=|>=|<|>)\s*(.+?)\s*$")
SIGNS = {"=<": "<=", "=>": ">=", "≤": "<=", "≥": ">=", "==": "<=", "=": "<="}
"""What people write in place of an operator."""

NUMBER_ALONE = re.compile(r"^[0-9.]+$")
PERCENT = re.compile(r"^([+-]?)(\d+(?:\.\d+)?)\s*%$")

HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}
SCALED = {"ms": ("s", 1e3), "us": ("s", 1e6), "Mbit/s": ("bit/s", 1e-6)}
"""Metric units that are not base units: the base, and how many of them make one of it."""

EXAMPLES = {"ms": "50 ms", "us": "80 us", "B": "4 kB", "/s": "100/s", "Mbit/s": "10 Mbit/s"}


@dataclass(frozen=True)
class Gate:
    """One condition; `bound` is in the metric's unit, or a share of change (0.1 is +10 %)."""

    metric: str
    operator: Operator
    bound: float
    text: str
    unit: str = ""

    def holds(self, low: float, high: float) -> Answer:
        """Whether the condition holds for every value in [low, high], for none, or for some."""
        if math.isnan(low) or math.isnan(high):
            return "not settled"
        ends = {HOLDS[self.operator](low, self.bound), HOLDS[self.operator](high, self.bound)}
        if len(ends) > 1:
            return "not settled"
        return "yes" if ends.pop() else "no"


def objective(text: str, known: Mapping[str, Metric]) -> Gate:
    """`latency_p99 < 50 ms`: a bound in the metric's unit, for one run."""
    metric, operator, value = _parts(text, "latency_p99 < 50 ms", known)
    unit = known[metric].unit
    return Gate(metric, operator, _absolute(text, metric, unit, value), text.strip(), unit)


def change(text: str, known: Mapping[str, Metric]) -> Gate:
    """`latency_p99 > +10%`: a bound on the change from one run to another."""
    example = "latency_p99 > +10%"
    metric, operator, value = _parts(text, example, known)
    match = PERCENT.match(value)
    if not match:
        raise UsageError(f"{text}: {value} is not a change in percent; write e.g. '{example}'")
    sign, number = match.groups()
    if not sign:
        raise UsageError(f"{text}: the sign is missing; write +{number}% (more) or -{number}%")
    share = float(f"{sign}{number}") / 100
    if share <= -1:
        raise UsageError(f"{text}: nothing can fall by {number} %; use -99.9% or less")
    return Gate(metric, operator, share, text.strip(), known[metric].unit)


def metric_named(name: str, known: Mapping[str, Metric], where: str = "") -> str:
    """The name where it is a metric; UsageError with the nearest names where it is not."""
    if name in known:
        return name
    remedy = hints.meant(name, known, "docs/metrics.md lists them")
    raise UsageError(f"{where or name}: unknown metric {name!r}; {remedy}")


def _parts(text: str, example: str, known: Mapping[str, Metric]) -> tuple[str, Operator, str]:
    match = FORM.match(text)
    if not match or match[1][0].isdigit():
        remedy = _meant(text, known) or f"e.g. '{example}'"
        raise UsageError(f"{text}: not METRIC < VALUE (or <=, >, >=); write {remedy}")
    name, operator, value = match.groups()
    return metric_named(name, known, text), operator, value  # type: ignore[return-value]


def _meant(text: str, known: Mapping[str, Metric]) -> str:
    """The gate that was most likely meant, where its sign or its name is not written so."""
    match = LOOSE_FORM.match(text)
    if not match:
        return ""
    name, sign, value = match.groups()
    sign = SIGNS.get(sign, sign)
    if name[0].isdigit():
        name, value = value, name
        sign = sign.translate(str.maketrans("<>", "><"))
    near = hints.nearest(name, known, 1)
    return f"'{near[0]} {sign} {value}'" if near else ""


def _absolute(text: str, metric: str, unit: str, value: str) -> float:
    """The value in the metric's unit."""
    percent = PERCENT.match(value)
    if percent and (percent.group(1) or unit):
        raise UsageError(
            f"{text}: {value} is a change, but a single run has nothing to compare with; write "
            f"{_example(unit)}, or use `bench compare --fail-if`"
        )
    if percent:  # a share may be written as one: completeness >= 99.9%
        return float(percent.group(2)) / 100
    base, scale = SCALED.get(unit, (unit, 1.0))
    try:
        return units.quantity(value, base, metric) * scale
    except UsageError as error:
        reason = str(error).partition(": ")[2]
        if unit and NUMBER_ALONE.match(value):
            reason = f"the unit is missing; write it as {value}{'' if unit == '/s' else ' '}{unit}"
        raise UsageError(f"{text}: {reason}") from None


def _example(unit: str) -> str:
    return EXAMPLES.get(unit, "a number")
