"""The table of what is known so far, made anew after each trial of a run.

Reads each trial once, as it ends; called between trials only.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import RenderableType

from bench import catalog
from bench.analysis.evaluate import TrialEvaluator
from bench.analysis.live import Shown
from bench.analysis.outline import level_of
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.results import store
from reports import so_far

Place = tuple[str, str]
"""An experiment, and the text of a level."""


class SoFar:
    """What the trials of a run have shown, by place."""

    def __init__(self, folder: Path) -> None:
        run = store.open_run(folder)
        self._folder = folder
        self._patterns = run.file.patterns
        self._experiments = catalog.experiments()
        self._evaluator = TrialEvaluator(self._experiments)
        self._planned: dict[Place, set[str]] = {}
        self._stored: dict[Place, list[store.StoredTrial]] = {}
        self._shown: Shown | None = None
        self._latest: int | None = None
        for trial in run.file.trials:
            self._plan(trial)
        for stored in run.trials:
            self._add(stored)

    @property
    def titles(self) -> dict[str, str]:
        """What the run's patterns are called, by id."""
        return {pattern.id: pattern.title for pattern in self._patterns.values()}

    def __call__(self, record: TrialFile) -> RenderableType | None:
        """The table at the level of the trial that has just ended, for a terminal."""
        found = self.after(record)
        return None if found is None else so_far.drawn(found)

    def after(self, record: TrialFile) -> Shown | None:
        """The same in texts; a trial that is told twice counts once."""
        trial = record.trial
        if not trial.calibrates and trial.number != self._latest:
            self._latest = trial.number
            self._plan(trial)
            self._add(store.StoredTrial(store.trial_folder(self._folder, trial), record))
            self._shown = self._at(self._place(trial))
        return self._shown

    def before(self, trial: Trial) -> RenderableType | None:
        """The table at the level of the first trial that counts: none has ended yet."""
        places = [self._place(trial)] if not trial.calibrates else list(self._planned)[:1]
        if not places:
            return None
        self._shown = self._at(places[0])
        return so_far.drawn(self._shown)

    def _at(self, place: Place) -> Shown:
        """A row for each pattern that is planned there, in the order of the report's table."""
        name, level = place
        planned = [one for one in self._patterns.values() if one.id in self._planned[place]]
        planned.sort(key=lambda one: not one.compared)
        titles = {pattern.id: pattern.title for pattern in planned}
        results = [self._evaluator.result(one) for one in self._stored.get(place, [])]
        return so_far.shown(self._experiments[name], titles, results, level)

    def _place(self, trial: Trial) -> Place:
        name = trial.pattern.partition("/")[0]
        return name, level_of(self._experiments[name], trial.level).text

    def _plan(self, trial: Trial) -> None:
        if not trial.calibrates:
            self._planned.setdefault(self._place(trial), set()).add(trial.pattern)

    def _add(self, stored: store.StoredTrial) -> None:
        """Read when its level is shown: a resumed run begins at once."""
        if not stored.trial.calibrates:
            self._stored.setdefault(self._place(stored.trial), []).append(stored)
