"""Shows how a search goes on: its trials are not known beforehand, so no time is left to tell.

Only shows; what a trial meant is said by who searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.run.progress import Progress, level_words


class SearchProgress(Progress):
    """A bar and a line at a terminal while a trial runs; nothing for trials that are done."""

    is_known = False

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._why = ""

    def run_begins(self, trials: Sequence[Trial], folder: Path) -> None:  # noqa: ARG002
        self._console.print(f"results in {folder}", soft_wrap=True)
        self._open()

    def trials_added(self, trials: Sequence[Trial], reason: str) -> None:
        self._trials = [*self._trials, *trials]
        self._why = reason

    def trial_begins(self, trial: Trial) -> None:
        self._head = f"trial {self._done + 1}: {level_words(trial.level)} ({self._why})"
        self._draw(self._until(trial))

    def trial_ends(self, record: TrialFile) -> None:
        self._count()
        if record.status != "ok":
            self.failed.append(record)
