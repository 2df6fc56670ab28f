"""A run whose trials the machine disturbs: void before they are looked at, measured again."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import make_run
import pytest

from bench.analysis.trialdata import TrialData
from bench.model.disturbance import Disturbance
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.results import store
from bench.results.evaluation import evaluate
from bench.run import runner
from bench.run.startup import TrialContext
from reports import disturbance, page

STOLEN = ["steal time 9%, limit 2%"]


class Services:
    """Nothing is needed, and nothing can be explained."""

    def context_for(self, *_: Any) -> TrialContext:
        return TrialContext()

    def explain(self, record: TrialFile) -> TrialFile:
        return record


class Progress:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.added: list[str] = []
        self.order: list[int] = []

    def trials_added(self, trials: Sequence[Trial], reason: str) -> None:
        self.added.append(reason)

    def trial_begins(self, trial: Trial) -> None:
        self.order.append(trial.number)

    def trial_ends(self, record: TrialFile) -> None:
        """A trial ends."""

    def says(self, text: str) -> None:
        """A remark."""


Measure = Callable[..., tuple[store.StoredRun, Progress]]


@pytest.fixture
def measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Measure:
    """`measure({1, 2})`: a run of four synthetic trials, of which these were disturbed."""

    def run(disturbed: set[int], stop_before: int = -1, **plan: Any) -> Any:
        folder = tmp_path / "run"
        names = ("sse", "websocket")
        if not folder.exists():
            trials = make_run.trials(names, (5,), (20.0,), 2, duration_s=1.0)
            file = dataclasses.replace(make_run._run_file(trials, names, 2), **plan)
            store.create_run(folder, file)
        written = tmp_path / "synthetic"

        def run_trial(_: Any, trial: Trial, partial: Path, *__: Any) -> TrialFile:
            if trial.number == stop_before:
                raise KeyboardInterrupt
            make_run._write_trial(written, trial, counted_wrong=False, lose_one=False)
            made = written / "trials" / trial.folder
            for path in made.glob("*.parquet"):
                path.rename(partial / path.name)
            record = next(one for one in store.open_run(written).trials if one.trial == trial)
            found = Disturbance(steal=0.09 if trial.number in disturbed else 0.0, pressure=0.1)
            reasons = STOLEN if trial.number in disturbed else []
            return dataclasses.replace(record.record, disturbance=found, disturbed=reasons)

        if not written.exists():
            store.create_run(written, make_run._run_file([], names, 2))
        monkeypatch.setattr(runner, "run_trial", run_trial)
        progress = Progress()
        with contextlib.suppress(KeyboardInterrupt):
            runner.measure(store.open_run(folder), Services(), progress)  # type: ignore[arg-type]
        return store.open_run(folder), progress

    return run


def test_a_quiet_run_measures_what_was_planned(measure: Measure) -> None:
    run, progress = measure(set())
    assert progress.order == [0, 1, 2, 3]
    (sentence,) = disturbance.sentences(evaluate(run))
    assert sentence.startswith("This machine does not report waits for a core, so a disturbance")


def test_a_disturbed_trial_is_void_and_measured_again_at_once(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, progress = measure({1, 4})
    assert progress.order == [0, 1, 4, 5, 2, 3]
    assert [(one.number, one.replaces) for one in run.file.trials[4:]] == [(4, 1), (5, 4)]
    assert "trial 4 was disturbed by the machine; it is measured again" in progress.added
    read: list[int] = []
    original = store.StoredTrial.data

    def data(self: store.StoredTrial) -> TrialData:
        read.append(self.trial.number)
        return original(self)

    monkeypatch.setattr(store.StoredTrial, "data", data)
    evaluated = evaluate(run)
    assert sorted(read) == [0, 2, 3, 5], "the outcome of a void trial is not even read"
    (group,) = (one for one in evaluated.experiments[0].groups if one.pattern == "websocket")
    assert [one.verdict for one in group.trials] == ["void", "used", "void", "used"]
    assert group.trials[0].reason == f"the machine disturbed it: {STOLEN[0]}"
    assert group.estimates["latency_mean"].trials == 2
    sentence = disturbance.sentences(evaluated)[0]
    assert sentence == (
        "2 of 6 trials are void because the machine disturbed them (steal time 9%, limit 2%); "
        "2 were measured again."
    )
    where = page.write(evaluated)
    assert sentence in where.read_text()
    assert sentence in where.with_name("report.md").read_text()


def test_an_interrupted_run_still_owes_the_replacement(measure: Measure) -> None:
    _, first = measure({1}, stop_before=4)
    assert first.order == [0, 1, 4]
    run, second = measure({1})
    assert second.order == [4, 2, 3]
    assert len(run.trials) == len(run.file.trials) == 5


def test_a_machine_that_is_never_quiet_ends_the_repeating(measure: Measure) -> None:
    run, progress = measure(set(range(99)))
    assert progress.order == [0, 4, 5, 1, 6, 7, 2, 8, 9, 3]
    evaluated = evaluate(run)
    assert not any(group.used for group in evaluated.experiments[0].groups)
    assert page.write(evaluated).exists()


def test_a_run_may_keep_its_disturbed_trials_marked(measure: Measure) -> None:
    run, progress = measure({1}, keep_disturbed=True)
    assert progress.order == [0, 1, 2, 3]
    evaluated = evaluate(run)
    (group,) = (one for one in evaluated.experiments[0].groups if one.pattern == "websocket")
    assert len(group.used) == 2
    (doubt,) = (one for one in group.trials[0].findings if one.code == "disturbed")
    assert doubt.severity == "doubt"
    assert disturbance.sentences(evaluated)[0].startswith(
        "1 of 4 trials was disturbed by the machine and is used"
    )
