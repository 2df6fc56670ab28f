"""What breaks in mid-trial ends its trial with the reason, and nothing else; nothing is left."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil
import pytest
from system_builders import (
    BENCH_WITHOUT_FIGURES,
    TINY,
    Quiet,
    descendants,
    living,
    run_bench,
    run_here,
    settings,
    start_bench,
    until,
)

from bench.lab.services import rabbitmq
from bench.model.errors import ComponentMissing
from bench.results import store
from bench.results.evaluation import evaluate
from bench.run import request, runner
from reports import figures, page

BRIEF = {"duration": "800ms", "warmup": "100ms", "drain": "3s"}
LOAD = {**BRIEF, "clients": "3", "event_rate": "50/s"}


class Killer(Quiet):
    """Kills a process of the first trials in mid-window."""

    def __init__(self, *choose: Callable[[Any], int]) -> None:
        super().__init__()
        self.choose = choose

    def phase(self, name: str, running: Any) -> None:
        if name == "window" and running.trial.number < len(self.choose):
            os.kill(self.choose[running.trial.number](running), signal.SIGKILL)


def ordered(
    pattern: str, repeats: int, results: Path, load: Mapping[str, str] = MappingProxyType(LOAD)
) -> Path:
    asked = request.Asked((pattern,), load, repeats=repeats, calibrate=False)
    try:
        return runner.new_run(request.plan_of(asked), results)
    except ComponentMissing as error:
        pytest.skip(str(error))


def test_a_killed_process_fails_its_trial_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ordered("notifications/sse", 3, tmp_path)
    killer = Killer(server_of, lambda running: running.load.pid)
    run = runner.execute(folder, {}, killer)
    assert [record.status for record in killer.records] == ["failed", "failed", "ok"]
    assert [record.reason for record in killer.records[:2]] == [
        "target was killed by SIGKILL",
        "load process was killed by SIGKILL",
    ]
    assert not run.unfinished
    assert [stored.is_whole for stored in run.trials] == [False, False, True]
    assert not list(folder.rglob("*.partial"))
    assert not living(psutil.Process().children(recursive=True))
    monkeypatch.setattr(figures, "kinds", list)
    page.write(evaluate(folder))
    words = (folder / "report" / "report.md").read_text()
    for record in killer.records[:2]:
        assert record.reason in words


def server_of(running: Any) -> int:
    ((pid,),) = [part.pids for part in running.parts]
    return pid


def database_of(running: Any) -> int:
    pid: int = running.nodes["postgres"].pids[0]
    return pid


def test_a_killed_service_fails_its_trial_and_is_started_again(tmp_path: Path) -> None:
    """No fault was meant to kill it.  After one that was: test_faults.py."""
    folder = ordered("connection_pool/pool", 2, tmp_path, {"clients": "1", **BRIEF})
    killer = Killer(database_of)
    runner.execute(folder, {}, killer)
    first, second = killer.records
    assert first.status == "failed"
    assert first.reason.startswith("PostgreSQL ended during the trial")
    assert "no fault was meant to end it" in first.reason
    assert (second.status, second.reason) == ("ok", "")
    assert killer.said == ["starting PostgreSQL", "restarting PostgreSQL"]
    assert not living(psutil.Process().children(recursive=True))


def trial_files(results: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(results)): path.read_bytes()
        for path in results.glob("*/trials/*/trial.json")
    }


def test_an_interrupted_run_keeps_what_was_measured_and_is_resumed(tmp_path: Path) -> None:
    results, temporary = tmp_path / "results", tmp_path / "tmp"
    temporary.mkdir()
    bench = start_bench(
        *("run", "notifications/sse", "--repeats", "3", "--no-calibration"),
        *(*TINY, "--results", str(results)),
        output=tmp_path / "output",
        env={"TMPDIR": str(temporary)},
        command=BENCH_WITHOUT_FIGURES,
    )
    try:
        until(lambda: trial_files(results), 20, "the first trial ends")
        children = until(lambda: living(descendants(bench.pid)), 5, "the next trial begins")
        bench.send_signal(signal.SIGINT)
        assert bench.wait(5) == 130
    finally:
        bench.kill()
        bench.wait()
    until(lambda: not living(children), 1, "no process is left")
    assert not list(temporary.iterdir())
    output = (tmp_path / "output").read_text()
    (folder,) = results.iterdir()
    assert f"`bench resume {folder}` continues" in output
    assert "Traceback" not in output
    kept = trial_files(results)
    assert 1 <= len(kept) < 3
    assert len(store.open_run(folder).unfinished) == 3 - len(kept)

    again = run_here("resume", str(folder))
    assert (again.returncode, again.stderr) == (0, "")
    run = store.open_run(folder)
    assert not run.unfinished
    assert all(stored.is_whole for stored in run.trials)
    assert kept.items() <= trial_files(results).items(), "what was measured is not touched"
    assert not list(folder.rglob("*.partial"))
    assert (folder / "report" / "index.html").exists()


@pytest.mark.skipif(bool(rabbitmq.missing()), reason=rabbitmq.missing())
def test_a_killed_harness_leaves_no_process(tmp_path: Path) -> None:
    """The hardest case: a broker with its name server, a master and two workers."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    bench = start_bench(
        *("run", "notifications/rabbitmq", "--workers", "2", "--clients", "4"),
        *("--duration", "60s", *settings(event_rate="20/s"), "--repeats", "1", "--no-calibration"),
        *("--results", str(tmp_path / "results")),
        output=tmp_path / "output",
        env={"TMPDIR": str(temporary)},
    )
    try:
        children = until(
            lambda: measuring(bench.pid) if bench.poll() is None else [None],
            90,
            "a trial is under way",
        )
        assert None not in children, (tmp_path / "output").read_text()
    finally:
        bench.kill()
        bench.wait()
    assert len(children) >= 6
    try:
        until(lambda: not living(children), 5, f"no process is left of {children}")
    finally:
        for process in living(children):
            process.kill()
    assert list(temporary.glob("patternbench-rabbitmq-*"))
    assert run_bench("list", env={"TMPDIR": str(temporary)}).returncode == 0
    assert not list(temporary.iterdir()), "any later command removes what was left"


def measuring(pid: int) -> list[psutil.Process]:
    """All processes of a trial with two workers, as soon as they are there."""
    children = descendants(pid)
    arguments = []
    for child in children:
        try:
            arguments.append(" ".join(child.cmdline()))
        except psutil.Error:
            return []
    wanted = {"bench.load": 3, "targets": 1, "beam.smp": 1, "epmd": 1}
    found = {word: sum(word in words for words in arguments) for word in wanted}
    return children if all(found[word] >= number for word, number in wanted.items()) else []
