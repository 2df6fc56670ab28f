"""A law applied to a metric: a closed-form prediction with its source.

Must not know any law.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, float]


@dataclass(frozen=True)
class Prediction:
    """A law applied to a metric of one or more patterns.

    `function(load, facts)` gives the value in the metric's unit; `facts` are
    the metrics measured at the same level, from which a law takes what it
    cannot know (round-trip time, cost of one message, header sizes).
    """

    law: str
    formula: str
    source: str
    metric: str
    patterns: tuple[str, ...]
    function: Callable[[Any, Facts], float]
