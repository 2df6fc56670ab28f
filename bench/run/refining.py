"""Reads what a run has shown so far and asks `precision` what to add.

Each trial's raw data is read once.  Must not know how a trial is run or evaluated.
"""

from __future__ import annotations

import math

from bench import catalog
from bench.adaptive import precision
from bench.adaptive.precision import Decision, GroupKey
from bench.analysis.evaluate import TrialEvaluator
from bench.model.records import Goal
from bench.results.store import StoredRun, StoredTrial


class Refiner:
    """Decides what a run still needs for its goal."""

    def __init__(self, goal: Goal) -> None:
        self._goal = goal
        self._evaluator = TrialEvaluator(catalog.experiments())

    def decide(self, run: StoredRun) -> Decision:
        """What to add to the run as it stands."""
        patterns = run.file.patterns.values()
        compared = {pattern.id for pattern in patterns if pattern.compared}
        return precision.decide(
            run.file.trials,
            self._values(run),
            run.file.repeats,
            self._goal,
            run.file.seed,
            compared or {pattern.id for pattern in patterns},
        )

    def _values(self, run: StoredRun) -> dict[GroupKey, list[float]]:
        values: dict[GroupKey, list[float]] = {}
        for stored in sorted(run.trials, key=lambda one: one.trial.number):
            if not stored.trial.calibrates:
                values.setdefault(precision.group_key(stored.trial), []).append(self._value(stored))
        return values

    def _value(self, stored: StoredTrial) -> float:
        """The goal's metric in one trial, NaN where the trial is of no use."""
        result = self._evaluator.result(stored)
        return (
            result.metrics.get(self._goal.metric, math.nan)
            if result.verdict == "used"
            else math.nan
        )
