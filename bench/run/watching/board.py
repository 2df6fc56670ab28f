"""What is known of a run at this moment: it is told, as progress is, and asked for snapshots.

Nothing is read before somebody asks, and then at most once a second.  Told from the run's
thread, asked from the server's.  Knows neither HTTP nor the page.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from bench.analysis.live import Ended, Shown, Snapshot
from bench.analysis.rolling import Point
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.run.runner import Progress
from bench.run.startup import RunningTrial
from bench.run.watching.trial_view import TrialView

EVERY_NS = 900_000_000
"""The page asks once a second; several that look have the same snapshot."""

MOST_ENDED, MOST_REMARKS = 50, 20

Known = Callable[[TrialFile], Shown | None]
"""The table of what is known after a trial, at that trial's level."""


class Board:
    """A `runner.Progress` that passes everything on to another one, and remembers it.

    `titles` are those of the patterns, by id.
    """

    def __init__(
        self,
        inner: Progress,
        titles: Mapping[str, str],
        known: Known,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._inner, self._titles, self._known, self._now_ns = inner, titles, known, now_ns
        self._lock = threading.Lock()
        self._run, self._planned, self._done = "", 0, 0
        self._view: TrialView | None = None
        self._curves: dict[str, list[Point]] = {}
        self._tables: dict[str, Shown] = {}
        self._ended: deque[Ended] = deque(maxlen=MOST_ENDED)
        self._remarks: deque[str] = deque(maxlen=MOST_REMARKS)
        self._number, self._took_ms = 0, 0.0
        self._made_ns: int | None = None
        self._snapshot = b""

    # --- is told (runner.Progress) ----------------------------------------------------------

    def run_begins(self, trials: Sequence[Trial], folder: Path) -> None:
        with self._lock:
            self._run, self._planned = folder.name, len(trials)
        self._inner.run_begins(trials, folder)

    def trials_added(self, trials: Sequence[Trial], reason: str) -> None:
        with self._lock:
            self._planned += len(trials)
            self._remarks.append(reason)
        self._inner.trials_added(trials, reason)

    def trial_begins(self, trial: Trial) -> None:
        with self._lock:
            self._view = TrialView(trial, self._titles[trial.pattern], self._done + 1)
        self._inner.trial_begins(trial)

    def phase(self, name: str, running: RunningTrial) -> None:
        with self._lock:
            if self._view is not None:
                self._view.phase, self._view.running = name, running
        self._inner.phase(name, running)

    def trial_ends(self, record: TrialFile) -> None:
        self._inner.trial_ends(record)
        table = self._table_after(record)
        with self._lock:
            self._done += 1
            view, self._view = self._view, None
            if table is not None:
                self._tables[table.title] = table
            if view is None:
                return
            if view.points:
                self._curves[view.trial.pattern] = view.points
            trial = record.trial
            outcome = _outcome(record)
            self._ended.append(Ended(self._done, trial.pattern, view.level, trial.repeat, outcome))

    def _table_after(self, record: TrialFile) -> Shown | None:
        try:
            return self._known(record)
        except Exception:  # a display ends no run; the report meets the same, and says it
            return None

    def says(self, text: str) -> None:
        with self._lock:
            self._remarks.append(text)
        self._inner.says(text)

    # --- is asked ---------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """What is known, as JSON; not older than a second, but around the window's ends."""
        with self._lock:
            now_ns = self._now_ns()
            is_fresh = self._made_ns is not None and now_ns - self._made_ns < EVERY_NS
            rests = self._view is not None and self._view.must_rest(now_ns)
            if not is_fresh and not (rests and self._snapshot):
                self._make(now_ns)
            return self._snapshot

    def _make(self, now_ns: int) -> None:
        began_ns = time.thread_time_ns()
        self._number += 1
        found = Snapshot(
            run=self._run,
            number=self._number,
            took_ms=self._took_ms,
            trial=self._view.now(now_ns, self._planned) if self._view is not None else None,
            curves=self._curves,
            tables=list(self._tables.values()),
            ended=list(self._ended),
            remarks=list(self._remarks),
        )
        self._snapshot, self._made_ns = msgspec.json.encode(found), now_ns
        self._took_ms = (time.thread_time_ns() - began_ns) / 1e6


def _outcome(record: TrialFile) -> str:
    if record.is_void:
        return f"void: {'; '.join(record.disturbed)}"
    return "ok" if record.status == "ok" else f"failed: {record.reason}"
