"""Repeats that are added: what the command refuses, and what the runner does on disk."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from make_run import _write_trial, make_run
from unit_builders import trial

from bench.cli.main import main
from bench.model.errors import UsageError
from bench.model.records import Goal, RunFile
from bench.model.trial import Trial
from bench.results import additions, digests, jsonfile, store
from bench.run import runner

SSE, FLOOR_HERE = "notifications/sse", "notifications/null"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--until-precise", "5"], "--until-precise 5: the % is missing; write 5%"),
        (["--metric", "lost"], "--metric lost: belongs to --until-precise; add --until-precise 5%"),
        (["--most-repeats", "9"], "--most-repeats 9: belongs to --until-precise"),
        (["--until-precise", "5%", "--most-repeats", "6"], "--most-repeats 6: 6 are planned"),
        (["--until-precise", "5%", "--repeats", "3"], "--repeats 3: --until-precise needs a pilot"),
        (["--slo", "latency_p99 < 50"], "latency_p99 < 50: the unit is missing"),
        (["--slo", "latency_p99 < +5%"], "a single run has nothing to compare with"),
    ],
)
def test_the_command_refuses_before_anything_starts(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    results = tmp_path / "results"
    words = ["bench", "run", FLOOR_HERE, "--results", str(results), *arguments]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert not results.exists()


def test_added_trials_are_part_of_the_plan(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", names=("sse",), repeats=1, spoil=False, duration_s=0.5)
    first = store.open_run(run)
    before = (run / "run.json").read_bytes()
    for number in range(1, 12):
        additions.add(run, [trial(number, repeat=number + 1)], f"because {number}")
    again = store.open_run(run)
    assert [one.number for one in again.file.trials] == list(range(12))
    assert [one.number for one in again.unfinished] == list(range(1, 12))
    assert first.unfinished == []
    assert (run / "run.json").read_bytes() == before
    assert not list(run.glob("*.tmp"))


def test_a_newer_or_broken_addition_is_refused(tmp_path: Path) -> None:
    additions.add(tmp_path, [trial(1)], "")
    file = tmp_path / "more-1.json"
    file.write_text(file.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(UsageError, match="results version 2, this patternbench reads up to 1"):
        additions.read(tmp_path, {})
    file.write_text("{")
    with pytest.raises(UsageError, match="not a results file"):
        additions.read(tmp_path, {})


class Said:
    """A progress display that keeps what it is told."""

    def __init__(self) -> None:
        self.added: list[int] = []
        self.said: list[str] = []

    def run_begins(self, trials: Sequence[Trial], folder: Path) -> None:
        self.begun = len(trials)

    def trials_added(self, trials: Sequence[Trial], reason: str) -> None:
        self.added.append(len(trials))

    def says(self, text: str) -> None:
        self.said.append(text)


def test_the_runner_adds_blocks_and_resumes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real folders and a real loop; only the trials are synthetic."""
    settings: dict[str, Any] = {"spoil": False, "duration_s": 0.5, "clients": (4,)}
    folder = make_run(tmp_path / "run", names=("sse", "floor"), repeats=2, **settings)
    goal = Goal("latency_mean", 0.05, 4)
    file = jsonfile.read(folder / "run.json", RunFile, store.VERSION)
    digests.write_recorded(folder, "run.json", dataclasses.replace(file, goal=goal))

    measured: list[str] = []

    def measure(run: store.StoredRun, *_: Any) -> None:
        for one in run.unfinished:
            measured.append(f"{one.pattern} r{one.repeat}")
            if one.repeat == 4 and "interrupted" not in measured:
                measured.append("interrupted")
                raise KeyboardInterrupt
            _write_trial(run.folder, one, counted_wrong=False, lose_one=False)

    monkeypatch.setattr(runner, "measure", measure)
    said: Any = Said()
    with pytest.raises(KeyboardInterrupt):
        runner.execute(folder, {}, said)
    run = runner.execute(folder, {}, said)
    assert measured == [f"{SSE} r3", f"{SSE} r4", "interrupted", f"{SSE} r4"]
    assert [path.name for path in folder.glob("more-*.json")] == ["more-1.json"]
    assert len(run.trials) == len(run.file.trials) == 6
    assert run.unfinished == []
    assert said.added == [2]
    assert said.said[-1].endswith("the maximum is 4")
