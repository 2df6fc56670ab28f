"""One question with its common workload: all that the core knows of an experiment.

Must not know any experiment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.model.claim import Claim
from bench.model.law import Prediction
from bench.model.load import Load


@dataclass(frozen=True)
class Experiment:
    """One question with its common workload."""

    name: str
    title: str
    question: str
    load: type[Load]
    operations: tuple[str, ...]
    outcome_operation: str
    headline: tuple[str, ...]
    tradeoff: tuple[tuple[str, str], ...]
    quick: Mapping[str, Any]
    verify_with: Mapping[str, Any]
    predictions: tuple[Prediction, ...] = ()
    claims: tuple[Claim, ...] = ()
    normal: Mapping[str, Any] = field(default_factory=dict)
    piece: str = "event"
    """What the outcome operation is one of, in the words of reports: event, page, query."""

    def predictions_for(self, pattern: str) -> tuple[Prediction, ...]:
        return tuple(p for p in self.predictions if pattern in p.patterns)
