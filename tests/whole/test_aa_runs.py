"""Whole runs against themselves: the plan, what is kept, going on after an interruption."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from make_run import _write_trial
from rich.console import Console

from bench.analysis.run_noise import History, PastRun
from bench.results import aa_history, environment, store
from bench.run import runner
from bench.tools import aa_runs


@pytest.fixture
def console() -> Console:
    return Console(width=160, record=True, file=io.StringIO())


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Synthetic trials in real folders; the numbers of the trials that were measured."""
    found: list[int] = []

    def measure(run: store.StoredRun, _: object, progress: runner.Progress) -> None:
        for one in run.unfinished:
            if len(found) == 9 and "interrupted" not in vars(measure):
                vars(measure)["interrupted"] = True
                raise KeyboardInterrupt
            found.append(one.number)
            _write_trial(run.folder, one, counted_wrong=False, lose_one=False)

    monkeypatch.setattr(runner, "measure", measure)
    return found


def test_runs_are_measured_until_there_are_enough_and_go_on_where_they_were(
    tmp_path: Path, console: Console, measured: list[int]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        aa_runs.measure(1, tmp_path, "bench calibrate --aa-runs 1", console)
    machine = {name: str(environment.facts()[name]) for name in ("cpu", "cores")}
    history = aa_history.read(tmp_path, machine)
    assert history is not None
    assert len(history.runs) == 1
    assert [path.name for path in tmp_path.iterdir()] == [
        aa_history.path_of(tmp_path, machine).name
    ], "nothing of the interrupted run stays"
    aa_runs.measure(1, tmp_path, "bench calibrate --aa-runs 1", console)
    history = aa_history.read(tmp_path, machine)
    assert history is not None
    first, second = history.runs
    assert first.values == second.values, "the same plan with the same seeds"
    assert len(first.values["latency_p50"]) == aa_runs.TRIALS
    assert measured == [*range(6), 0, 1, 2, *range(6)]
    text = " ".join(console.export_text().split())
    assert "A/A: 1 of 2 runs are there" in text
    assert "run 2 of 2: latency mean" in text
    assert "0 of 1 pairs of runs falsely differ in any metric (at most 0 may)" in text


def test_enough_is_enough(tmp_path: Path, console: Console, measured: list[int]) -> None:
    with pytest.raises(KeyboardInterrupt):
        aa_runs.measure(2, tmp_path, "", console)
    aa_runs.measure(2, tmp_path, "", console)
    before = len(measured)
    aa_runs.measure(2, tmp_path, "", console)
    assert len(measured) == before


def test_runs_of_other_code_are_kept_and_not_counted(
    tmp_path: Path, console: Console, measured: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyboardInterrupt):
        aa_runs.measure(1, tmp_path, "", console)
    monkeypatch.setattr(aa_runs, "code_of", lambda *_: "changed")
    aa_runs.measure(1, tmp_path, "", console)
    (path,) = tmp_path.glob("*.json")
    history = aa_history.jsonfile.read(path, aa_history.History, aa_history.VERSION)
    assert len(history.runs) == 3
    assert len(history.latest) == 2
    assert "1 runs of other code are kept and not counted" in console.export_text()


def test_the_code_is_known_by_what_numbers_depend_on() -> None:
    facts = {"host": "x", "cpu": "y", "kernel": "6.0"}
    assert aa_runs.code_of(facts, {}) == aa_runs.code_of(facts | {"host": "other"}, {})
    assert aa_runs.code_of(facts, {}) != aa_runs.code_of(facts | {"kernel": "6.1"}, {})


def test_what_the_history_says_is_kept_with_each_run(tmp_path: Path) -> None:
    facts = environment.facts()
    machine = {name: str(facts[name]) for name in ("cpu", "cores")}
    assert aa_history.facts(tmp_path, facts) == {}
    values = {"latency_mean": [1.0, 1.1, 0.9, 1.05, 0.95, 1.02]}
    far = {"latency_mean": [100 * value for value in values["latency_mean"]]}
    runs = [PastRun("2026-01-01", "a", far if n == 5 else values) for n in range(12)]
    history = History(aa_history.VERSION, machine, "notifications/sse", [], runs)
    aa_history.write(tmp_path, history)
    assert aa_history.facts(tmp_path, facts)["aa_pairs"] == 6
    assert 0 <= aa_history.facts(tmp_path, facts)["aa_false_pairs"] <= 1
    few = History(aa_history.VERSION, machine, "notifications/sse", [], runs[:4])
    aa_history.write(tmp_path, few)
    assert aa_history.facts(tmp_path, facts) == {}
