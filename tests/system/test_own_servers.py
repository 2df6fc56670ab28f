"""Servers that nobody here wrote, measured end to end by their descriptions.

better-sse and ws (npm), nginx with nchan (Debian), and a server of Python's standard library that
is always there.  What is not installed is skipped, with the command that installs it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import measured
import pytest
from own_builders import (
    BY_ITSELF,
    BY_PROGRAM,
    POLLS,
    SAYING,
    STREAM,
    bench_run,
    found_at,
    started,
    write,
)
from system_builders import BENCH_WITHOUT_FIGURES, ROOT, TINY, run_bench, run_here, until

from bench.lab.components import nodejs
from bench.lab.network.network import usable
from bench.results import store
from bench.results.store import StoredRun, StoredTrial
from bench.run import request, runner, startup
from bench.run.ownfile import own_file

DOCS = ROOT / "docs" / "own"
MODULES = Path(os.environ.get("PATTERNBENCH_NODE_MODULES", ROOT / "node_modules"))
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
EXAMPLES = {
    "better-sse": "sse",
    "ws": "websocket",
    "nchan-sse": "sse",
    "nchan-websocket": "websocket",
    "nchan-long-polling": "long_polling",
}


PACKAGES = ("better-sse", "ws")


def environment_for(name: str) -> dict[str, str]:
    """What the example needs around it; skips where its package is not installed."""
    if name.startswith("nchan"):
        if not NCHAN.exists() or shutil.which("nginx", path="/usr/sbin") is None:
            pytest.skip("no nginx with nchan: apt-get install nginx-light libnginx-mod-nchan")
        return {}
    node = shutil.which("node") or nodejs.executable()
    if node is None or (name in PACKAGES and not (MODULES / name).is_dir()):
        pytest.skip(f"no Node, or no {name}: npm install --no-save {name}")
    path = f"{Path(node).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "NODE_PATH": str(MODULES)}


def trial_of(run: StoredRun, pattern: str) -> StoredTrial:
    (found,) = [one for one in run.trials if one.trial.pattern == f"notifications/{pattern}"]
    record = found.record
    assert (record.status, record.reason) == ("ok", "")
    return found


def check_complete(
    trial: StoredTrial, *, is_metered: bool = True, is_timed: bool = True
) -> dict[str, Any]:
    """Everybody got everything once and in order; the server's cost is there, or is not shown."""
    assert trial.record.facts["client_failures"] == 0, trial.record.facts["client_errors"]
    found = measured.compute(trial.data())
    assert found["deliveries"] > 0
    assert found["completeness"] == 1.0
    assert [found[key] for key in ("lost", "duplicated", "misdirected", "out_of_order")] == [0] * 4
    assert (found["latency_mean"] > 0) == is_timed
    for key in ("server_cpu_us_per_event", "backend_cpu_us_per_event", "backend_memory_bytes"):
        assert (found[key] > 0) == is_metered, key
    return found


def report_of(run: StoredRun) -> str:
    return (run.folder / "report" / "report.md").read_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_measured_end_to_end(tmp_path: Path, name: str) -> None:
    env, pattern = environment_for(name), EXAMPLES[name]
    path = DOCS / f"{name}.toml"
    run = bench_run(tmp_path, f"notifications/{pattern}", "--own", str(path), env=env)
    check_complete(trial_of(run, f"{pattern}_own"))
    (stored,) = run.file.patterns.values()
    assert stored.described is not None
    assert stored.described.description == path.read_text()
    report = report_of(run)
    assert report.index("**Not our server:**") < report.index("## ")
    assert path.read_text().strip() in report


@pytest.mark.parametrize("name", ["better-sse", "ws"])
def test_an_event_for_one_client_reaches_that_one_alone(tmp_path: Path, name: str) -> None:
    env, pattern = environment_for(name), EXAMPLES[name]
    own = ("--own", str(DOCS / f"{name}.toml"), "--set", "audience=one")
    run = bench_run(tmp_path, f"notifications/{pattern}", *own, env=env)
    check_complete(trial_of(run, f"{pattern}_own"))


def test_clients_say_first_what_the_server_waits_for(tmp_path: Path) -> None:
    env = environment_for("ws")
    path = write(tmp_path, SAYING)
    run = bench_run(tmp_path, "notifications/websocket", "--own", str(path), env=env)
    check_complete(trial_of(run, "websocket_own"))


def test_a_program_publishes_each_event(tmp_path: Path) -> None:
    path = write(tmp_path, started(BY_PROGRAM))
    # Each event starts an interpreter.
    rare = [word.replace("event_rate=20/s", "event_rate=10/s") for word in TINY]
    run = bench_run(tmp_path, "notifications/sse", "--own", str(path), load=rare)
    found = measured.compute(trial_of(run, "sse_own").data())
    assert found["deliveries"] > 0
    assert (found["duplicated"], found["out_of_order"]) == (0, 0)
    assert "published by a program of its own" in report_of(run)


def test_ours_and_theirs_stand_side_by_side(tmp_path: Path) -> None:
    path = write(tmp_path, started(STREAM))
    names = ("notifications/sse", "notifications/sse_own")
    link = ("--link", "rtt=20ms") if not usable()[1] else ()
    run = bench_run(tmp_path, *names, "--own", str(path), *link)
    for name in ("sse", "sse_own"):
        found = check_complete(trial_of(run, name))
        assert not link or found["latency_mean"] > 10.0  # half a round trip


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Port and pid of a server that somebody else has started."""
    write(tmp_path, "")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, tmp_path / "server.py", "127.0.0.1", str(port)])
    try:
        until(lambda: _accepts(port), 20, "the server listens")
        yield port, process.pid
        assert process.poll() is None, "it is left alone"
    finally:
        process.kill()
        process.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("is_metered", [True, False], ids=["pid", "nothing"])
def test_one_that_runs_already_is_only_asked(
    tmp_path: Path, running: tuple[int, int], is_metered: bool
) -> None:
    port, pid = running
    path = write(tmp_path, found_at(POLLS, port, pid if is_metered else 0))
    run = bench_run(tmp_path, "notifications/short_polling", "--own", str(path))
    check_complete(trial_of(run, "short_polling_own"), is_metered=is_metered)
    assert ("Its CPU and memory are not measured" in report_of(run)) != is_metered


def run_of_its_own(
    folder: Path, path: Path, env: dict[str, str] | None = None
) -> tuple[StoredRun, str]:
    """A run at which the server sets the rate, and what was said of it."""
    done = run_here(
        *("run", "notifications/sse", "--own", str(path), "--clients", "3", "--duration", "1s"),
        *("--set", "warmup=100ms", "--repeats", "1", "--no-calibration"),
        *("--results", str(folder / "results")),
        env=env,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = (folder / "results").iterdir()
    return store.open_run(found), done.stdout


def test_one_that_publishes_by_itself_is_timed_by_its_own_clock(tmp_path: Path) -> None:
    run, said = run_of_its_own(tmp_path, write(tmp_path, started(BY_ITSELF, "ticks")))
    assert "publishes by itself" in said
    trial = trial_of(run, "sse_own")
    check_complete(trial)
    events = trial.events
    assert len(events) > 5
    assert (events["published_ns"] == events["intended_ns"]).all()


def test_what_has_no_time_has_no_latency_but_all_else(tmp_path: Path) -> None:
    run, _ = run_of_its_own(tmp_path, DOCS / "ticks.toml", environment_for("ticks"))
    found = check_complete(trial_of(run, "sse_own"), is_timed=False)
    assert found["deliveries"] >= 5 * 3
    assert "latency is not measured" in " ".join(report_of(run).split())


def test_faults_are_done_to_the_server_and_it_comes_back(tmp_path: Path) -> None:
    path = write(tmp_path, started(STREAM))
    fault = ("--duration", "4s", "--fault", "own_server:restart@10%")
    # Events that it misses never come: they are not waited for.
    load = [word.replace("drain=3s", "drain=100ms") for word in TINY]
    run = bench_run(tmp_path, "notifications/sse", "--own", str(path), *fault, load=load)
    trial = trial_of(run, "sse_own")
    assert [fault.verb for fault in trial.record.faults] == ["restart"]
    data = trial.data()
    last = data.rows[data.rows["operation"] == data.operations.index("delivery")]["intended_ns"]
    assert last.max() > (data.t0_ns + data.t1_ns) // 2, "events arrive after the restart"
    connects = data.rows[data.rows["operation"] == data.operations.index("connect")]
    assert len(connects) > 3, "the clients came back"


def refusal_of(folder: Path, text: str, pattern: str) -> str:
    """What is said of a server that cannot be measured as it is described."""
    path = write(folder, text)
    done = run_here(
        *("run", f"notifications/{pattern}", "--own", str(path), *TINY, "--repeats", "1"),
        *("--no-calibration", "--results", str(folder / "results")),
    )
    assert done.returncode == 3, done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("text", "pattern", "words"),
    [
        (
            started(STREAM.replace("/publish", "/refuses")),
            "sse",
            ("HTTP 403 not for you", "an event was refused"),
        ),
        (
            started(STREAM.replace("$.data", "$.at")),
            "sse",
            ("is no event as [event] describes it",),
        ),
        (started(POLLS), "long_polling", ("it holds no requests; measure it as short polling",)),
        (
            started(STREAM).replace("python3", "no-such-program"),
            "sse",
            ("server.command: no-such-program cannot be started",),
        ),
        (started(STREAM).replace("server.py", "nothing.py"), "sse", ("ended while starting",)),
    ],
    ids=["refused", "payload", "not held", "program", "ends"],
)
def test_what_does_not_work_is_said_before_anything_is_measured(
    tmp_path: Path, text: str, pattern: str, words: tuple[str, ...]
) -> None:
    said = refusal_of(tmp_path, text, pattern)
    assert [one for one in words if one not in said] == [], said


def test_an_event_that_does_not_come_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "VERIFY_SECONDS", 0.5)  # it never comes
    text = started(STREAM.replace("$.data", "$.text"))
    assert "no event arrived in time" in refusal_of(tmp_path, text, "sse")


def test_a_run_goes_on_without_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, started(STREAM))
    settings = {"clients": "3", "duration": "500ms", "warmup": "100ms", "event_rate": "20/s"}
    asked = request.Asked(
        ("notifications/sse",), settings, repeats=1, calibrate=False, own=own_file(path)
    )
    folder = runner.new_run(request.plan_of(asked), tmp_path / "results")
    path.unlink()
    keep = {"PATTERNBENCH_KEEP_DISTURBED": "1"}
    done = run_bench("resume", str(folder), env=keep, command=BENCH_WITHOUT_FIGURES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is started by `python3 server.py {host} {port}`" in " ".join(done.stdout.split())
    run = store.open_run(folder)
    check_complete(trial_of(run, "sse_own"))
    assert "**Not our server:**" in report_of(run)


def test_another_host_is_refused_before_anything_starts(tmp_path: Path) -> None:
    far = STREAM.replace("HERE", "192.0.2.1:80")
    path = write(tmp_path, far)
    done = run_here(
        "run", "notifications/sse", "--own", str(path), "--results", str(tmp_path / "results")
    )
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert "192.0.2.1: is another host; add --i-may-load 192.0.2.1" in line
    assert not (tmp_path / "results").exists()
