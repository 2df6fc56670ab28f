"""An audit of laws from the command line: measured, stored, reported, resumed, refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from system_builders import run_here

NAME = "notifications"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Two points of one law that needs short windows, and what was printed."""
    results = tmp_path_factory.mktemp("results")
    options = ("--law", "WS-1", "--points", "2", "--seed", "6", "--results", str(results))
    done = run_here("laws", NAME, *options)
    assert done.returncode == 0, done.stderr
    (run,) = results.iterdir()
    return run, done.stdout


def test_what_it_takes_is_said_first_and_the_table_last(audit: tuple[Path, str]) -> None:
    _, printed = audit
    lines = [line for line in printed.splitlines() if line.strip()]
    assert lines[0] == "seed 6"
    assert any(re.match(r"\d+ trials, about ", line) for line in lines[1:5])
    (worst,) = (line for line in lines if line.startswith("worst of WS-1"))
    assert "WebSocket, stream bytes down per event: " in worst
    assert lines[-1].startswith("report: ")


def test_every_point_is_in_the_csv_and_within_the_band(audit: tuple[Path, str]) -> None:
    run, _ = audit
    rows = pd.read_csv(run / "report/laws.csv")
    assert list(rows.law) == ["WS-1", "WS-1"]
    assert list(rows.inside) == [True, True]
    assert len(set(rows.payload)) == 2
    trials = [json.loads(path.read_text())["trial"] for path in run.glob("trials/*/trial.json")]
    assert {trial["load"]["payload_bytes"] for trial in trials} == set(rows.payload)
    assert (run / "report/audit.md").read_text().count("| WS-1") == 1


def test_it_is_a_run_like_any_other(audit: tuple[Path, str]) -> None:
    run, _ = audit
    assert run_here("verify", str(run)).returncode == 0
    again = run_here("resume", str(run))
    assert again.returncode == 0, again.stderr
    assert "nothing left to do" in again.stdout
    assert "worst of WS-1" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "unknown experiment 'nothing'"),
        ([NAME, "--law", "XX-1"], "law=XX-1: unknown law; notifications has SP-1, "),
        ([NAME, "--points", "0"], "points=0: must be at least 1"),
        ([NAME, "--repeats", "0"], "repeats=0: must be at least 1"),
        ([f"{NAME}/rabbitmq"], "no law speaks of it"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    done = run_here("laws", *arguments, "--results", str(tmp_path / "none"))
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "none").exists()
