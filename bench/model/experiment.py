"""One question with its common workload: all that the core knows of an experiment.

Must not know any experiment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.model.claim import Claim
from bench.model.law import Prediction
from bench.model.load import Load, LoadType


def _any(_: Load[Any]) -> None:
    """Every load will do."""


def _one(_: Load[Any]) -> int:
    return 1


def _drain_s(load: Load[Any]) -> float:
    return load.window.drain_s


def _never(_: Load[Any]) -> None:
    return None


@dataclass(frozen=True)
class Experiment:
    """One question with its common workload."""

    name: str
    title: str
    question: str
    load: LoadType[Any]
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

    check: Callable[[Load[Any]], None] = _any
    """UsageError where values do not go together, or a file that they name is not there."""

    deliveries_per_event: Callable[[Load[Any]], int] = _one
    """How many clients each event is owed to; 1 where clients make the work."""

    patience_s: Callable[[Load[Any]], float] = _drain_s
    """How long after the window something may still be under way."""

    gives_up_after_s: Callable[[Load[Any]], float | None] = _never
    """Where the load itself makes deliveries go missing: how long without any to wait.

    None where all are owed, so that the whole patience is spent on them.
    """

    def predictions_for(self, pattern: str) -> tuple[Prediction, ...]:
        return tuple(p for p in self.predictions if pattern in p.patterns)
