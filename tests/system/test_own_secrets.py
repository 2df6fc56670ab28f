"""A secret of a description is an environment variable, and in no file of a run.

Not of one that was interrupted, nor of one that was resumed.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from own_builders import STREAM, started, write
from system_builders import BENCH_WITHOUT_FIGURES, TINY, run_here, start_bench, until

from bench.results import store

SECRET = "not/%to-be-told-7041"
TOKEN = 'headers.Authorization = "Bearer {env:TOKEN}"\n'
GUARDED = STREAM.replace("[event]", f"{TOKEN}[event]") + TOKEN
"""Clients and publisher show the token that the server has from the same variable."""


def files_with_the_secret(folder: Path) -> list[Path]:
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert len(files) > 5
    return [one for one in files if SECRET.encode() in one.read_bytes()]


def test_an_interrupted_run_keeps_no_secret_and_is_resumed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, results = write(tmp_path, started(GUARDED, "guarded")), tmp_path / "results"
    bench = start_bench(
        *("run", "notifications/sse", "--own", str(path), *TINY, "--repeats", "2"),
        *("--no-calibration", "--results", str(results)),
        output=tmp_path / "said",
        env={"TOKEN": SECRET},
        command=BENCH_WITHOUT_FIGURES,
    )
    try:
        until(lambda: list(results.glob("*/trials/*/trial.json")), 40, "the first trial ends")
        bench.send_signal(signal.SIGINT)
        assert bench.wait(20) == 130
    finally:
        bench.kill()
        bench.wait()
    (folder,) = results.iterdir()
    assert len(store.open_run(folder).unfinished) == 1
    assert not files_with_the_secret(folder)

    monkeypatch.delenv("TOKEN", raising=False)
    without = run_here("resume", str(folder))
    assert without.returncode == 2
    (line,) = without.stderr.strip().splitlines()
    assert line.endswith("{env:TOKEN}: no such environment variable; export TOKEN")
    assert len(store.open_run(folder).unfinished) == 1

    again = run_here("resume", str(folder), env={"TOKEN": SECRET})
    assert again.returncode == 0, again.stdout + again.stderr
    run = store.open_run(folder)
    assert not run.unfinished
    assert [(one.record.status, one.record.reason) for one in run.trials] == [("ok", "")] * 2
    assert all(one.record.facts["client_failures"] == 0 for one in run.trials)
    assert not files_with_the_secret(folder)
    said = (tmp_path / "said").read_text() + again.stdout + again.stderr
    assert SECRET not in said


def test_a_server_that_is_shown_another_secret_refuses(tmp_path: Path) -> None:
    """Else the test above would hold if nobody showed any."""
    path = write(tmp_path, started(GUARDED, "guarded").replace("env:TOKEN", "env:OTHER"))
    done = run_here(
        *("run", "notifications/sse", "--own", str(path), *TINY, "--repeats", "1"),
        *("--no-calibration", "--results", str(tmp_path / "results")),
        env={"TOKEN": SECRET, "OTHER": f"{SECRET}-other"},
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert not files_with_the_secret(tmp_path / "results")
