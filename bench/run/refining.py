"""Reads what a run has shown so far and asks `precision` what to add.

Each trial's raw data is read once; what is kept of it is one number.  Must not
know how a trial is run.
"""

from __future__ import annotations

import math

from bench.adaptive import precision
from bench.adaptive.precision import Decision, GroupKey
from bench.analysis import findings, metrics
from bench.model.records import Goal
from bench.results.store import StoredRun, StoredTrial
from bench.stats.estimates import Estimate, estimate


class Refiner:
    """Decides, block by block, what a run still needs for its goal."""

    def __init__(self, goal: Goal) -> None:
        self._goal = goal
        self._values: dict[int, float] = {}

    def decide(self, run: StoredRun) -> Decision:
        """What to add to the run as it stands."""
        patterns = run.file.patterns.values()
        compared = {pattern.id for pattern in patterns if pattern.compared}
        return precision.decide(
            run.file.trials,
            self._estimates(run),
            self._goal,
            run.file.seed,
            compared or {pattern.id for pattern in patterns},
        )

    def _estimates(self, run: StoredRun) -> dict[GroupKey, Estimate]:
        values: dict[GroupKey, list[float]] = {}
        for stored in run.trials:
            values.setdefault(precision.group_key(stored.trial), []).append(self._value(stored))
        return {place: estimate(per_trial) for place, per_trial in values.items()}

    def _value(self, stored: StoredTrial) -> float:
        """The goal's metric in one trial, NaN where the trial is of no use."""
        number = stored.trial.number
        if number not in self._values:
            self._values[number] = self._read(stored) if stored.is_whole else math.nan
        return self._values[number]

    def _read(self, stored: StoredTrial) -> float:
        data = stored.data()
        values = metrics.compute(data)
        doubts = findings.of_trial(data, stored.record.counted, values)
        is_void = any(finding.severity == "void" for finding in doubts)
        return math.nan if is_void else values[self._goal.metric]
