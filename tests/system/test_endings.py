"""However a command is ended, it says nothing that it should not, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from system_builders import ROOT, descendants, living, run_bench, start_bench, until

COMMAND = [sys.executable, "-m", "bench"]
LONG_RUN = ("run", "notifications/null", "--duration", "60s", "--repeats", "1")
INTERRUPTS = """
import os, signal
os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.mark.parametrize("module", ["typer", "msgspec", "numpy"])
def test_an_interrupt_while_modules_are_imported_ends_it_quietly(
    tmp_path: Path, module: str
) -> None:
    """In place of the module stands one that interrupts whoever imports it."""
    (tmp_path / f"{module}.py").write_text(INTERRUPTS)
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    ended = subprocess.run(
        [*COMMAND, "list"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def ignoring(number: int) -> None:
    signal.signal(number, signal.SIG_IGN)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_in_the_background_heeds_the_signals_that_it_inherits_as_ignored(
    tmp_path: Path, number: signal.Signals
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with (tmp_path / "output").open("w") as file:
        bench = subprocess.Popen(
            [*COMMAND, *LONG_RUN, "--results", str(tmp_path / "results")],
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(temporary)},
            preexec_fn=lambda: ignoring(number),  # noqa: PLW1509 - no thread of ours holds a lock
        )
    try:
        # Before that it has nothing to resume, and a child that is asked for the commit.
        until(lambda: list((tmp_path / "results").glob("*/run.json")), 30, "the run begins")
        children = until(lambda: descendants(bench.pid), 30, "a trial begins")
        bench.send_signal(number)
        assert bench.wait(10) == 130
    finally:
        bench.kill()
        bench.wait()
    until(lambda: not living(children), 5, "no process is left")
    assert not list(temporary.iterdir())
    assert "`bench resume" in (tmp_path / "output").read_text()


@pytest.mark.parametrize(
    "arguments",
    [("serve", "page_load/http2"), ("calibrate", "--clients", "2", "--duration", "60s")],
    ids=["serve", "calibrate"],
)
def test_sigterm_leaves_no_folder(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    bench = start_bench(
        *arguments, output=tmp_path / "output", env={"TMPDIR": str(temporary)}, cwd=tmp_path
    )
    try:
        children = until(lambda: started(bench, temporary), 30, "it has begun")
        bench.terminate()
        assert bench.wait(10) == 130
    finally:
        bench.kill()
        bench.wait()
    until(lambda: not living(children), 5, "no process is left")
    assert not list(temporary.iterdir())
    assert "Traceback" not in (tmp_path / "output").read_text()


def started(bench: subprocess.Popen[str], temporary: Path) -> list:
    """Its children as soon as there are two of them and two folders."""
    assert bench.poll() is None, bench.args
    children = descendants(bench.pid)
    return children if len(children) >= 2 and len(list(temporary.iterdir())) >= 2 else []


def test_any_command_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    env = {"TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    bench = start_bench("serve", "page_load/http2", output=tmp_path / "output", env=env)
    try:
        children = until(lambda: started(bench, tmp_path / "tmp"), 30, "it has begun")
        listed = run_bench("list", env=env)
        assert listed.returncode == 0
        assert len(list((tmp_path / "tmp").iterdir())) >= 2, "the owner lives"
    finally:
        bench.kill()
        bench.wait()
    until(lambda: not living(children), 5, "no process is left")
    assert list((tmp_path / "tmp").iterdir())
    assert run_bench("list", env=env).returncode == 0
    assert not list((tmp_path / "tmp").iterdir())
