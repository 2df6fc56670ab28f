"""One trial under way, as far as the harness knows it: rows, meters, faults, window.

Only reads what is there anyway.  Knows one trial; not the run, nor who looks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import catalog
from bench.analysis.live import CpuShares, TrialNow, mark_of
from bench.analysis.outline import level_of
from bench.analysis.rolling import Point, Rolling
from bench.model.load import Load
from bench.model.samples import COMMON_OPERATIONS
from bench.model.trial import Trial
from bench.run.startup import CLIENT_ROWS, RunningTrial
from bench.run.watching.tail import Tail

BEFORE_NS, AFTER_NS = 60_000_000, 120_000_000
"""Around both ends of the window nothing is read: the meters are, at that moment."""


class TrialView:
    """What somebody may see of a trial; `place` of `planned` in its run."""

    def __init__(self, trial: Trial, title: str, place: int) -> None:
        self.trial, self._title, self._place = trial, title, place
        self._experiment = catalog.experiments()[trial.pattern.partition("/")[0]]
        self.level = level_of(self._experiment, trial.level).text
        self.phase = "start"
        self.running: RunningTrial | None = None
        self.points: list[Point] = []
        self._rolling: Rolling | None = None
        self._cpu: CpuShares | None = None
        self._meter_rows = 0
        self._tails: dict[Path, Tail] = {}

    def must_rest(self, now_ns: int) -> bool:
        """Whether the instant is one at which the harness measures."""
        running = self.running
        if running is None or not running.t0_ns:
            return False
        return any(
            at_ns - BEFORE_NS <= now_ns <= at_ns + AFTER_NS
            for at_ns in (running.t0_ns, running.t1_ns)
        )

    def now(self, now_ns: int, planned: int) -> TrialNow:
        """What is known at this instant."""
        trial = self.trial
        known: dict[str, Any] = {}
        if self.running is not None and self.running.t0_ns:
            known = self._measured(self.running, now_ns)
        return TrialNow(
            place=self._place,
            planned=planned,
            pattern=trial.pattern,
            title=self._title + (" (calibration)" if trial.calibrates else ""),
            level=self.level,
            repeat=trial.repeat,
            phase=self.phase,
            outcomes=self._experiment.noun.outcomes,
            **known,
        )

    def _measured(self, running: RunningTrial, now_ns: int) -> dict[str, Any]:
        load: Load[Any] = self._experiment.load.read(running.trial.load)
        self._read(running)
        assert self._rolling is not None
        assert self._cpu is not None
        self.points = self._rolling.points(now_ns)
        timeline = running.timeline
        return {
            "now_s": (now_ns - running.t0_ns) / 1e9,
            "warmup_s": load.window.warmup_s,
            "window_s": (running.t1_ns - running.t0_ns) / 1e9,
            "skipped": sum(tail.skipped for tail in self._tails.values()),
            "points": self.points,
            "cpu": self._cpu.points,
            "faults": [mark_of(one) for one in timeline.done] if timeline else [],
        }

    def _read(self, running: RunningTrial) -> None:
        """Take in what has come since the last time."""
        if self._rolling is None or self._cpu is None:
            operations = [*COMMON_OPERATIONS, *self._experiment.operations]
            outcome = operations.index(self._experiment.outcome_operation)
            self._rolling = Rolling(outcome, running.t0_ns)
            self._cpu = CpuShares(running.t0_ns)
        files = [running.folder / CLIENT_ROWS]
        files += [path for one in running.parts for path in one.rows_files]
        for path in files:
            block, follows = self._tails.setdefault(path, Tail(path)).read()
            self._rolling.add(block, follows=follows)
        if running.meters is not None:
            fresh = running.meters.rows[self._meter_rows :]
            self._meter_rows += len(fresh)
            self._cpu.add(fresh)
