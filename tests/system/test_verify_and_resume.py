"""`bench verify`, and `bench resume` where code has changed since: as users meet them."""

from __future__ import annotations

import dataclasses
import errno
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from make_run import _write_trial, make_run
from system_builders import (
    BENCH_WITHOUT_FIGURES,
    bench_main,
    run_bench,
    settings,
    start_bench,
    until,
)

from bench import catalog
from bench.cli import main
from bench.model.records import Identity
from bench.results import digests, environment, store
from bench.run import identities, runner
from reports import figures

SOAK = {"KILLS": "{moments}", "KILLS_SEED": "{seed}"}

Bench = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    monkeypatch.setattr(figures, "kinds", list)
    return lambda *words: bench_main(list(map(str, words)), monkeypatch, capsys)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Made here and now, by code of which one file has changed since; one trial is not done."""
    folder = make_run(tmp_path / "run", names=("sse",), repeats=2, spoil=False, duration_s=0.5)
    stored = store.open_run(folder)
    (pattern,) = catalog.select(["notifications/sse"])
    now = identities.identity_of(pattern, {})
    then = Identity(now.files | {"targets/_events.py": "other"}, now.versions | {"aiohttp": "3.9"})
    more = dataclasses.replace(stored.file.trials[0], number=2, repeat=3)
    file = dataclasses.replace(
        stored.file,
        environment=environment.facts(),
        code={pattern.id: then},
        trials=[*stored.file.trials, more],
        patterns={pattern.id: pattern},
        not_measured={},
    )
    digests.write_recorded(folder, "run.json", file)
    return folder


# --- verify ----------------------------------------------------------------------------------


def test_what_is_as_recorded_is_one_line(run: Path, bench: Bench) -> None:
    assert bench("verify", run) == (0, f"{run}: 9 files of 2 trials as recorded\n", "")


def test_every_damaged_file_is_one_line(run: Path, tmp_path: Path, bench: Bench) -> None:
    (run / "run.json").write_text("{}")
    samples = next(run.glob("trials/*/samples.parquet"))
    samples.unlink()
    code, out, err = bench("verify", run, tmp_path / "none")
    assert (code, err) == (2, "")
    assert out.splitlines() == [
        f"{run}/run.json: not as it was recorded; restore it, or remove the run",
        f"{samples}: is missing; restore it, or remove the run",
        f"{tmp_path}/none: folder not found; `ls results` shows the runs",
    ]


def test_a_report_refuses_what_verify_would_find(run: Path, bench: Bench) -> None:
    samples = next(run.glob("trials/*/samples.parquet"))
    raw = bytearray(samples.read_bytes())
    raw[len(raw) // 2] ^= 1
    samples.write_bytes(raw)
    words = f"bench: {samples}: not as it was recorded; restore it, or remove the run\n"
    assert bench("report", run) == (2, "", words)


# --- resume after a change -------------------------------------------------------------------


def test_a_change_is_named_and_refused(run: Path, bench: Bench) -> None:
    code, _, err = bench("resume", run)
    assert code == 2
    assert "changed since: targets/_events.py changed, aiohttp 3.9 / " in err
    assert err.endswith("start a new run, or add --allow-unlike\n")
    assert err.count("\n") == 1


def test_where_it_is_allowed_report_and_comparison_say_so(
    run: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(stored: store.StoredRun, *_: Any) -> None:
        for one in stored.unfinished:
            _write_trial(stored.folder, one, counted_wrong=False, lose_one=False)

    monkeypatch.setattr(runner, "measure", measure)
    assert bench("resume", run, "--allow-unlike")[0] == 0
    assert bench("verify", run)[0] == 0
    for page in ("report.md", "index.html"):
        text = (run / "report" / page).read_text()
        assert "Trials were added after a change" in text
        assert "targets/_events.py changed" in text
    code, _, err = bench("compare", run, run)
    assert code == 2
    assert "A was continued though unlike: targets/_events.py changed" in err
    code, out, _ = bench("compare", run, run, "--allow-unlike")
    assert code == 0
    assert "unlike: B was continued though unlike: targets/_events.py changed" in out


# --- killed at any moment ---------------------------------------------------------------------


@pytest.mark.parametrize("number", range(int(os.environ.get("KILLS", "1"))))
def test_a_killed_run_is_whole_and_can_be_resumed(
    tmp_path: Path, bench: Bench, number: int
) -> None:
    dice = random.Random(f"{os.environ.get('KILLS_SEED', '1')}-{number}")
    results = tmp_path / "results"
    running = start_bench(
        *("run", "notifications/null", "notifications/sse", "--repeats", "2"),
        *("--clients", "2", "--duration", "100ms", "--results", str(results)),
        *settings(warmup="20ms", event_rate="40/s"),
        output=tmp_path / "output",
    )
    try:
        until(lambda: list(results.glob("*/run.json")), 30, "the run begins")
        time.sleep(dice.uniform(0, 6))
    finally:
        running.kill()
        running.wait()
    (folder,) = results.iterdir()
    code, out, err = bench("verify", folder)
    assert (code, err) == (0, ""), out
    again = run_bench("resume", str(folder), command=BENCH_WITHOUT_FIGURES)
    assert (again.returncode, again.stderr) == (0, ""), again.stdout
    assert bench("verify", folder)[0] == 0
    assert not store.open_run(folder).unfinished


# --- a defect ---------------------------------------------------------------------------------


def test_a_defect_describes_itself_in_one_place(
    run: Path, tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("oops")

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(store, "open_run", broken)
    for _ in range(2):
        code, _, err = bench("compare", run, run)
        assert code == main.INTERNAL
        place = tmp_path / "state" / "patternbench" / "defect.txt"
        assert (
            err == f"bench: a defect in patternbench (RuntimeError: oops); please report {place}\n"
        )
    assert [path.name for path in place.parent.iterdir()] == ["defect.txt"]
    assert "RuntimeError: oops" in place.read_text()


def test_what_the_disk_refuses_is_no_defect(run: Path, bench: Bench) -> None:
    (run / "report").write_text("in the way")
    code, _, err = bench("report", run)
    assert code == 2
    assert err.startswith(f"bench: {run}/report")


def test_a_disk_that_is_full_is_no_defect(
    run: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that is refused names no file."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "Error writing bytes to file")

    monkeypatch.setattr(store, "open_run", full)
    words = "No space left on device, for results or temporary files; make room there"
    assert bench("resume", run) == (2, "", f"bench: {words}\n")
