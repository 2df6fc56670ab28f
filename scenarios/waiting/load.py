"""The load: the experiment's own parameters, and what this machine must have for them."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter

MOST_WAITS = 10_000

SPARE_DESCRIPTORS, SPARE_THREADS = 100, 200
MAPS_OF_A_THREAD = 2
"""Its stack, and the page that guards it."""

LIMITS: tuple[tuple[str, str, int], ...] = (
    ("/proc/sys/kernel/threads-max", "kernel.threads-max", 1),
    ("/proc/sys/kernel/pid_max", "kernel.pid_max", 1),
    ("/proc/sys/vm/max_map_count", "vm.max_map_count", MAPS_OF_A_THREAD),
    ("/sys/fs/cgroup/pids.max", "pids.max of the control group", 1),
    ("/sys/fs/cgroup/pids/pids.max", "pids.max of the control group", 1),
)


@dataclass(frozen=True, kw_only=True)
class WaitingLoad:
    """How many waits there are, how long each is, and what else there would be to do."""

    waits: int = parameter(
        100, "", "calls of a batch; each has to wait for its answer", low=1, high=MOST_WAITS
    )
    wait_time_s: float = parameter(
        0.1, "s", "the server answers a call after this time", low=0, high=60
    )
    at_once: int = parameter(
        0,
        "",
        "calls under way at a time, 0: all; a program with blocking calls has one in any case",
        low=0,
        high=MOST_WAITS,
    )
    work: str = parameter(
        "none",
        "",
        "useful work for the program whenever it need not wait: none; a loop in Python, which "
        "holds the interpreter's lock; or hashes, which let go of it",
        choices=("none", "python", "hash"),
    )

    @property
    def under_way(self) -> int:
        """w: how many calls can be under way at a time."""
        return min(self.waits, self.at_once) if self.at_once else self.waits


LOAD = LoadType(
    WaitingLoad,
    changes={"clients": Change(default=1, high=1, meaning="the one program that waits")},
    without=frozenset({"second_path"}),
)


def serial_s(load: Load[WaitingLoad]) -> float:
    """How long a batch takes one after the other."""
    return load.own.waits * load.own.wait_time_s


def check_machine(pattern: str, load: Load[WaitingLoad]) -> None:
    """UsageError where this machine does not allow as many threads or connections."""
    wanted = load.own.under_way
    if pattern == "client_threads" and wanted > (most := threads_allowed()[0]):
        raise UsageError(
            f"waits={load.own.waits:,}: client_threads needs {wanted:,} threads, and this system "
            f"allows {most:,} ({threads_allowed()[1]}); use fewer waits, or at_once={most}"
        )
    if pattern != "client_blocking" and wanted > (most := connections_allowed()):
        raise UsageError(
            f"waits={load.own.waits:,}: {pattern} needs {wanted:,} connections, and a process may "
            f"have {most:,} here (ulimit -Hn); use fewer waits, or at_once={most}"
        )


def threads_allowed() -> tuple[int, str]:
    """How many threads a program may have here beside what runs already, and what bounds them."""
    found = [(resource.getrlimit(resource.RLIMIT_NPROC)[1], "ulimit -Hu")]
    found += [(read // each, name) for file, name, each in LIMITS if (read := _number(file))]
    most, name = min(one for one in found if one[0] > 0)
    return max(0, most - SPARE_THREADS), name


def connections_allowed() -> int:
    """How many descriptors a process may have, but for a few."""
    return max(0, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_DESCRIPTORS)


def _number(file: str) -> int:
    """What a file of the kernel says; 0 where there is no such file or no bound."""
    try:
        text = Path(file).read_text().strip()
    except OSError:
        return 0
    return int(text) if text.isdecimal() else 0
