"""`bench` as a process that is made to suffer, and everything that was started for it.

Each command of a case has a mark in its environment, which its children inherit, and so has the
case's folder, which services are told.  Those that clear their environment are found as
descendants while they live.  Knows nothing of cases.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.catalog import ROOT
from bench.pipes import PR_SET_PDEATHSIG
from bench.plan.trials import seconds_of
from bench.results import store
from bench.run.runner import KEEP_DISTURBED

MARK = "PATTERNBENCH_SOAK_CASE"
POLL_S = 0.02
BEGINS_WITHIN_S, ENDS_WITHIN_S, STOPS_WITHIN_S, GONE_WITHIN_S = 120.0, 900.0, 30.0, 10.0

KINDS = {"bench.load": "load", "targets": "part", "bench.lab.network": "link"}
"""What a child of the harness is, by the module that it runs; others are services or proxies."""

OTHER = "other"

DEFECTS = ("Traceback", "bench: a defect")

_libc = ctypes.CDLL(None)


def before_exec() -> None:
    """Hear interrupts, which a shell's background ignores, and die with whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def within(seconds: float, condition: Callable[[], object]) -> bool:
    """Whether the condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def marked(folder: Path) -> list[psutil.Process]:
    """The processes that inherited the mark of a case, which is its folder, or were told of it."""
    marks, found = (f"{MARK}={folder}\0".encode(), f"{folder}/".encode()), []
    for pid in psutil.pids():
        with contextlib.suppress(psutil.Error, OSError):
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            if pid != os.getpid() and any(mark in environment for mark in marks):
                found.append(psutil.Process(pid))
    return found


def living(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that nobody has waited for does not."""
    found = []
    for one in processes:
        with contextlib.suppress(psutil.Error):
            if one.is_running() and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def end(processes: Sequence[psutil.Process]) -> None:
    """Kill what is left, so that the next case begins on a clean machine."""
    for one in living(processes):
        with contextlib.suppress(psutil.Error):
            one.kill()


@dataclass
class Answer:
    """What a command said, and its exit code; None where it did not end in time."""

    code: int | None
    text: str

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.startswith("bench:")]

    @property
    def tracebacks(self) -> int:
        """Its own: what it quotes of a failed trial's logs is indented."""
        return sum(line.startswith(DEFECTS) for line in self.text.splitlines())


@dataclass
class Place:
    """A case's folder: where its results, its temporary files and its output go."""

    folder: Path
    results: Path = field(init=False)
    temporary: Path = field(init=False)

    def __post_init__(self) -> None:
        self.results, self.temporary = self.folder / "results", self.folder / "tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != KEEP_DISTURBED}
        own = {"TMPDIR": self.temporary, "XDG_STATE_HOME": self.folder / "state", MARK: self.folder}
        return kept | {name: str(value) for name, value in own.items()}

    def run_folder(self) -> Path | None:
        """The run, as soon as its plan is written."""
        found = list(self.results.glob(f"*/{store.RUN_JSON}"))
        return found[0].parent if found else None

    def ask(self, *words: str) -> Answer:
        """A command until it ends."""
        with Harness(self, words) as harness:
            return harness.wait(ENDS_WITHIN_S)


class Harness:
    """One `bench` command; as a context it leaves nothing of itself, whatever happens."""

    def __init__(self, place: Place, words: Sequence[str]) -> None:
        self.place = place
        self._output = place.folder / f"{words[0]}.txt"
        with self._output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bench", *words],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=place.environment(),
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 - no thread of ours holds a lock
            )

    def __enter__(self) -> Harness:
        return self

    def __exit__(self, *_: object) -> None:
        family = self.family()
        self.process.kill()
        self.process.wait()
        end([*family, *marked(self.place.folder)])

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def family(self) -> list[psutil.Process]:
        """Its descendants that live now."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.Error:
            return []

    def begins(self) -> Path | None:
        """The run's folder once it is there; None where the command ends without."""
        within(BEGINS_WITHIN_S, lambda: self.place.run_folder() or not self.alive)
        return self.place.run_folder()

    def reaches(self, share: float, run: Path) -> bool:
        """Wait for a share of the time that the plan takes; whether the command still runs then."""
        seconds = share * seconds_of(store.open_run(run).file.trials)
        within(seconds, lambda: not self.alive)
        return self.alive

    def wait(self, seconds: float) -> Answer:
        """Until it ends by itself."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return Answer(None, self.text())
        return Answer(self.process.returncode, self.text())

    def text(self) -> str:
        return self._output.read_text(errors="replace")

    def processes(self, kind: str) -> list[psutil.Process]:
        """Its children of a kind with all that they started, the oldest first."""
        found: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children():
                found += self._tree(child) if kind_of(child) == kind else []
        return sorted(found, key=lambda one: one.pid)

    @staticmethod
    def _tree(child: psutil.Process) -> Iterator[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            yield child
            yield from child.children(recursive=True)


def kind_of(child: psutil.Process) -> str:
    """load, part, link or other; "" where it is gone, or no Python has begun yet."""
    try:
        words = child.cmdline()
    except psutil.Error:
        return ""
    if "-m" in words[:-1]:
        module = words[words.index("-m") + 1]
        return KINDS.get(module, "" if module == "bench" else OTHER)
    return OTHER if words else ""
