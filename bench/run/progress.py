"""Shows how a run goes on: a bar and what is known so far at a terminal, plain lines elsewhere.

Draws between trials only: while one measures, drawing would take CPU time from it.  Only shows;
knows nothing of how trials are made, nor of what they show.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import rich.progress
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from bench.model.rates import counted
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.plan.trials import seconds_of
from bench.run.startup import RunningTrial

Known = Callable[[TrialFile], RenderableType | None]
"""What is known after a trial, to be drawn below the bar."""

Expected = Callable[[Trial], RenderableType | None]
"""The same before the first trial has ended: its rows without values."""


def duration(seconds: float) -> str:
    """90 -> "1 min 30 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def level_words(level: Mapping[str, Any]) -> str:
    return " ".join(
        f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in level.items()
    )


def bar(console: Console, is_known: bool) -> rich.progress.Progress:
    """Trials done, time spent and, where it is known how many there are, the time left."""
    left = rich.progress.TextColumn("spent, {task.fields[left]} left")
    return rich.progress.Progress(
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TextColumn("trials,"),
        rich.progress.TimeElapsedColumn(),
        left if is_known else rich.progress.TextColumn("spent"),
        console=console,
    )


class Progress:
    """What runner.Progress asks for, on a Rich console."""

    is_known = True
    """Whether it is known how many trials there will be."""

    def __init__(
        self, console: Console, known: Known | None = None, expected: Expected | None = None
    ) -> None:
        self._console = console
        self._known, self._expected = known, expected
        self._table: RenderableType | None = None
        self._live: Live | None = None
        self._bar = bar(console, self.is_known)
        self._task = self._bar.add_task("", total=None, left="")
        self._trials: Sequence[Trial] = ()
        self._done = 0
        self._done_s = self._under_way_s = 0.0
        self._began = time.monotonic()
        self._head = ""
        self.failed: list[TrialFile] = []

    # --- the run --------------------------------------------------------------------

    def run_begins(self, trials: Sequence[Trial], folder: Path) -> None:
        self._trials, self._began = trials, time.monotonic()
        about = duration(seconds_of(trials))
        words = f"{counted(len(trials), 'trial')}, about {about}; results in {folder}"
        self._console.print(Text(words), soft_wrap=True)
        self._bar.reset(self._task, total=len(trials))
        if trials:
            self._open()

    def trials_added(self, trials: Sequence[Trial], reason: str) -> None:
        self._trials = [*self._trials, *trials]
        self._bar.update(self._task, total=len(self._trials))
        if trials[0].replaces is not None:
            self.says("the machine disturbed that trial; it is measured again")
            return
        more = f"{len(trials)} more trial{'s' * (len(trials) != 1)}"
        self.says(f"{reason}: repeat {trials[0].repeat}, {more}")

    def trial_begins(self, trial: Trial) -> None:
        level = level_words(trial.level)
        place = f"trial {self._done + 1} of {len(self._trials)}"
        what = "calibration" if trial.calibrates else ""
        self._head = " ".join(word for word in (place, trial.pattern, what, level) if word)
        self._under_way_s = seconds_of([trial])
        if self._live is not None and self._table is None:
            self._table = self._safely(self._expected, trial)
        self._draw(self._until(trial))

    def _until(self, trial: Trial) -> str:
        """When about it ends: nothing is drawn before."""
        ends = time.localtime(time.time() + seconds_of([trial]))
        return f"{self._head}: measures until about {time.strftime('%H:%M:%S', ends)}"

    def trial_ends(self, record: TrialFile) -> None:
        self._count()
        outcome = "ok" if record.status == "ok" else f"FAILED: {record.reason}"
        if record.is_void:
            outcome = f"VOID: {'; '.join(record.disturbed)}"
        if record.status != "ok":
            self.failed.append(record)
        if self._live is None or record.status != "ok" or record.is_void:
            words = f"{self._head}: {outcome} ({self._left()} left)"
            self._console.print(Text(words), soft_wrap=True)
        if self._live is not None:
            self._table = self._safely(self._known, record) or self._table

    def _safely(self, made: Callable[[Any], Any] | None, of: Any) -> RenderableType | None:
        """A table; None where none is wanted, or it cannot be made."""
        try:
            return None if made is None else made(of)
        except Exception:  # a display ends no run; the report meets the same, and says it
            return None

    def _count(self) -> None:
        self._done += 1
        self._done_s += self._under_way_s
        self._bar.advance(self._task)

    def _left(self) -> str:
        """How long the other trials will take: as planned, at the pace of those that are done."""
        pace = (time.monotonic() - self._began) / self._done_s if self._done_s else 1.0
        return duration(pace * max(0.0, seconds_of(self._trials) - self._done_s))

    def _open(self) -> None:
        if self._console.is_terminal:
            self._live = Live(
                console=self._console,
                auto_refresh=False,
                transient=True,
                vertical_overflow="crop",
            )
            self._live.start()
            self._draw("")

    def says(self, text: str) -> None:
        self._console.print(Text(text))

    def close(self) -> None:
        """Take the live line away."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    # --- the trial ------------------------------------------------------------------

    def phase(self, name: str, running: RunningTrial) -> None:
        """A phase begins; nothing is drawn."""

    def _draw(self, line: str) -> None:
        if self._live is not None:
            self._bar.update(self._task, left=self._left() if self.is_known else "")
            table = [] if self._table is None else [Text(""), self._table]
            shown = Group(self._bar, Text(line, overflow="fold"), *table)
            self._live.update(shown, refresh=True)
