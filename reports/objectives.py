"""Objectives of a single run (`bench run --slo`): which patterns keep them.  Pure.

An objective is judged by a value's 95 % interval: broken where all of it lies on the
wrong side, not settled where the bound lies within it or there is no interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.analysis.gates import Gate
from bench.model.pattern import Pattern
from bench.stats.estimates import Estimate
from reports import numbers

STATES = {"yes": "kept", "no": "broken"}


@dataclass(frozen=True)
class ObjectiveResult:
    """What an objective says of one pattern at one level."""

    gate: Gate
    place: str
    entry: Estimate

    @property
    def state(self) -> str:
        return STATES.get(self.gate.holds(self.entry.low, self.entry.high), "not settled")

    @property
    def is_broken(self) -> bool:
        return self.state == "broken"

    @property
    def text(self) -> str:
        """`slo 'latency_p99 < 50 ms' broken: notifications/sse 61 ms (95 %: 57 to 66)`."""
        return f"slo '{self.gate.text}' {self.state}: {self.place} {self._seen()}"

    def _seen(self) -> str:
        if math.isnan(self.entry.value):
            return "has no value"
        value = numbers.with_unit(self.entry.value, self.gate.unit)
        if not self.entry.has_interval:
            return f"{value}, but too few trials for an interval"
        return f"{value} (95 %: {numbers.interval(self.entry)})"


def objectives(run: Evaluated, gates: Sequence[Gate]) -> list[ObjectiveResult]:
    """Every objective for every pattern and level; floors are asked only where they are alone."""
    return [
        ObjectiveResult(gate, place, result.estimate(pattern.name, level, gate.metric))
        for gate in gates
        for result in run.experiments
        for pattern in _asked(result)
        for level in result.levels
        for place in [" ".join(filter(None, (pattern.id, level.text)))]
    ]


def _asked(result: ExperimentResult) -> Iterator[Pattern]:
    compared = [pattern for pattern in result.patterns if pattern.compared]
    yield from compared or result.patterns
