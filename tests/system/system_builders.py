"""Shared by the system tests: `bench` as a process, watching processes, disturbing trials."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = (sys.executable, "-m", "bench")
BENCH_WITHOUT_FIGURES = (
    *(sys.executable, "-c"),
    "from bench.__main__ import main; from reports import figures; figures.kinds = list; main()",
)
"""The same command, whose reports have no pictures: drawing them is most of a short run."""

POLL_S = 0.02


def until(condition: Callable[[], Any], seconds: float, words: str) -> Any:
    """The condition's value as soon as it is true; the test fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:g} s: {words}")
        time.sleep(POLL_S)
    return value


def start_bench(
    *arguments: str,
    output: Path,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = BENCH,
) -> subprocess.Popen[str]:
    """`bench ...` in the background; what it prints (both ways) goes to `output`."""
    with output.open("w") as file:
        return subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            start_new_session=True,
            # Where the tests run in the background, an interrupt is ignored by inheritance.
            preexec_fn=_heed_interrupts,  # noqa: PLW1509 - no thread of ours holds a lock
        )


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_bench(
    *arguments: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = BENCH,
) -> subprocess.CompletedProcess[str]:
    """`bench ...` until it ends."""
    return subprocess.run(
        [*command, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=120,
        check=False,
    )


def settings(**values: str) -> list[str]:
    """`--set` pairs."""
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


TINY = [
    *("--clients", "3", "--duration", "500ms"),
    *settings(warmup="100ms", event_rate="20/s", poll_interval="50ms", drain="3s"),
]


def descendants(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run (a zombie that nobody has waited for does not)."""
    found = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


class Quiet:
    """A progress display that shows nothing; tests derive those that disturb a trial."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.said: list[str] = []

    def run_begins(self, trials: Sequence[Any], folder: Path) -> None:
        """The run begins."""

    def trial_begins(self, trial: Any) -> None:
        """A trial begins."""

    def trial_ends(self, record: Any) -> None:
        self.records.append(record)

    def says(self, text: str) -> None:
        self.said.append(text)

    def phase(self, name: str, running: Any) -> None:
        """A phase begins."""


def bench_main(
    arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """The command line in this process: exit code, standard output, standard error."""
    from bench.cli.main import main

    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit) as exit_:
        main()
    output = capsys.readouterr()
    code = exit_.value.code
    assert isinstance(code, int)
    return code, output.out, output.err


def run_here(
    *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`bench ...` in this process, without figures, for tests of what it says and measures.

    The command itself takes a fraction of a second so: three seconds in a process of its own.
    """
    from bench.cli.main import main
    from reports import figures

    output, error = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "kinds", list)
        patch.setattr(sys, "argv", ["bench", *arguments])
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        with (
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(error),
            pytest.raises(SystemExit) as ended,
        ):
            main()
    code = ended.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(arguments, code, output.getvalue(), error.getvalue())
