"""Several runs on each side: what is judged, on what it rests, and how it is asked for."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import make_run
import numpy as np
import pytest

from bench.analysis.run_noise import History, PastRun
from bench.cli.main import main
from bench.results import aa_history, jsonfile, store
from bench.results.evaluation import evaluate
from reports import comparison_text
from reports.between_runs import compare_runs

FACTORS = {"a1": 1.0, "a2": 1.15, "a3": 0.9, "b1": 1.05, "b2": 0.95, "b3": 1.1, "c1": 3, "c2": 3.3}
SETTINGS: dict[str, Any] = {
    "names": ("sse",),
    "clients": (10,),
    "rates": (20.0,),
    "repeats": 4,
    "spoil": False,
    "duration_s": 1.0,
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs whose trials vary little and that differ by 10 %; those of c are slower."""
    folder = tmp_path_factory.mktemp("runs")
    for name, factor in FACTORS.items():
        model = make_run.MODELS["sse"]
        slower = dataclasses.replace(
            model,
            base_ms=model.base_ms * factor,
            server_us=model.server_us * factor,
            spread=0.02,
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(make_run, "MODELS", make_run.MODELS | {"sse": slower})
            make_run.make_run(folder / name, **SETTINGS)
    return folder


@pytest.fixture
def bench(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], results: Path
) -> Callable[..., tuple[int, str, str]]:
    """The command line in the folder of the runs: exit code, both outputs on one line each."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(results)
        monkeypatch.setattr(sys, "argv", ["bench", "compare", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def history(results: Path) -> Any:
    """The machine's history beside the runs: its runs differ by 10 %."""
    chance = np.random.default_rng(1)
    runs = [
        PastRun(
            "2026-01-02T03:04:05+00:00",
            "code",
            {"latency_mean": (np.exp(chance.normal(0, 0.1)) * np.ones(6)).tolist()},
        )
        for _ in range(40)
    ]
    machine = {"cpu": "Example CPU", "cores": "2"}
    path = aa_history.write(results, History(1, machine, "notifications/sse", [], runs))
    yield path
    path.unlink()


def test_runs_that_differ_by_chance_do_not_differ(bench: Callable[..., Any]) -> None:
    code, out, err = bench("a1", "a2", "a3", "--", "b1", "b2", "b3", "--metric", "latency_mean")
    assert (code, err) == (0, "")
    assert "Of 1 values 0 differ" in out
    words = " ".join(out.split())
    assert "judged over 3 runs of A and 3 of B, not over their trials" in words
    assert "between runs" in out
    # Two of them alone would be told apart, wrongly.
    _, alone, _ = bench("a1", "a2", "--metric", "latency_mean")
    assert "Of 1 values 1 differ" in alone


def test_runs_that_are_slower_are_found(bench: Callable[..., Any]) -> None:
    code, out, _ = bench(
        "--metric", "latency_mean", "a1", "a2", "--", "c1", "c2", "--fail-if", "latency_mean > +10%"
    )
    assert code == 1
    assert "Of 1 values 1 differ" in out
    assert "gate 'latency_mean > +10%' broken: notifications/sse" in out


def test_one_run_on_a_side_says_what_is_not_known(bench: Callable[..., Any], history: Path) -> None:
    _, out, _ = bench("a1", "a2", "--metric", "latency_mean", "--metric", "latency_p50")
    words = " ".join(out.split())
    assert "With one run on a side, how much a repeated run would differ is unknown" in words
    assert "(40 runs of notifications/sse, 2026-01-02). It says nothing about latency p50." in words
    rows = json.loads(bench("a1", "a2", "--metric", "latency_mean", "--format", "json")[1])["rows"]
    assert [(row["basis"], row["verdict"]) for row in rows] == [("history", "not settled")]
    history.rename(history.with_name("elsewhere"))
    _, without, _ = bench("a1", "a2", "--metric", "latency_mean")
    history.with_name("elsewhere").rename(history)
    words = " ".join(without.split())
    assert "has no A/A history: the intervals are too narrow by what runs add" in words
    assert "bench compare A1 A2 A3 -- B1 B2 B3" in words


def test_the_json_has_runs_trials_and_spreads(bench: Callable[..., Any]) -> None:
    _, out, _ = bench("a1", "a2", "a3", "--", "b1", "b2", "b3", "--format", "json")
    found = json.loads(out, parse_constant=pytest.fail)
    assert found["runs"] == {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}
    (row,) = (row for row in found["rows"] if row["metric"] == "latency_mean")
    assert row["basis"] == "runs"
    assert [len(run) for run in row["a"]["by_run"]] == [4, 4, 4]
    assert row["spread"]["between_runs"] > row["spread"]["between_trials"]
    assert 0 < row["spread"]["within_trial"] < 0.2
    middle = np.exp(np.mean(np.log([np.mean(run) for run in row["a"]["by_run"]])))
    assert row["a"]["value"] == pytest.approx(middle)


def test_markdown_has_the_spreads_below(bench: Callable[..., Any]) -> None:
    _, out, _ = bench("a1", "a2", "--", "b1", "b2", "--format", "markdown")
    tables = [line for line in out.splitlines() if line.startswith("| ---")]
    assert [line.count("---") for line in tables] == [7, 5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a1", "a2", "a3"], "3 runs: which are A and which B? write bench compare A1 A2 A3 -- B1"),
        (["a1", "--"], "--: no runs after it"),
        (["--", "a1"], "--: no runs before it"),
        (["a1", "--", "a2", "--", "a3"], "--: separates A from B and may stand once"),
        (["a1", "a1", "--", "a2"], "a1: named twice; a run is no repetition of itself"),
        (["a1", "a2", "--", "nowhere"], "nowhere: folder not found"),
        (["a1", "--", "a2", "--to", "sse"], "--to sse: compares patterns within one run"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    bench: Callable[..., Any], arguments: list[str], message: str
) -> None:
    code, out, err = bench(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_what_one_run_lacks_is_left_out_and_named(results: Path, tmp_path: Path) -> None:
    names = SETTINGS | {"names": ("sse", "websocket")}
    more = [evaluate(make_run.make_run(tmp_path / name, **names)) for name in ("x", "y")]
    found = compare_runs(more, [evaluate(results / "a1")])
    assert {row.pattern for row in found.rows} == {"sse"}
    assert found.notes == ("not compared: websocket has no usable trials in a1",)
    assert comparison_text.spread_lines(found) == []  # one run on a side: nothing over runs


def test_a_damaged_history_is_one_line(bench: Callable[..., Any], history: Path) -> None:
    raw = history.read_text()
    history.write_text(raw[:-20])
    code, _, err = bench("a1", "a2")
    assert code == 2
    assert history.name in err
    assert err.count("\n") == 1


def test_a_history_is_found_by_the_machine_of_the_run(results: Path, history: Path) -> None:
    file = store.open_run(results / "a1").file
    found = aa_history.read_for(file, results)
    assert found is not None
    assert len(found.runs) == 40
    other = dataclasses.replace(file, environment=file.environment | {"cpu": "Another"})
    assert aa_history.read_for(other, results) is None
    assert jsonfile.read(history, History, aa_history.VERSION) == found
