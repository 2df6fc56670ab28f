"""What an experiment's own law of capacity is asked: the level found, and what was seen there.

Must not know any law.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.model.law import Facts
from bench.model.load import Load


@dataclass(frozen=True)
class CapacityQuestion:
    """The greatest level that met an objective (`metric` at most `bound`, in its unit).

    `part` is the part of one event's receivers that the metric speaks of (0.99 for a p99), NaN
    where it speaks of something else; `facts` are the medians measured at the level.
    """

    pattern: str
    metric: str
    bound: float
    part: float
    parameter: str
    level: float
    level_text: str
    load: Load[Any]
    receivers: int
    facts: Facts

    def of(self, key: str) -> float:
        """A measured value, NaN where there is none."""
        return self.facts.get(key, math.nan)


CapacityLaw = Callable[[CapacityQuestion], list[str] | None]
"""The law's answer as lines, [] where it has none here; None: the pattern has no such law."""
