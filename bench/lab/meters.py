"""What processes use: CPU in nanoseconds, memory, context switches, by role, over time.

Reads from outside; the processes do nothing for it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import time
from collections.abc import Mapping, Sequence

import psutil

from bench.model.readings import Reading
from bench.model.records import MeterRow

INTERVAL_NS = 100_000_000
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_clock_ns(pid: int) -> int:
    """CPU time of all threads of another process, in steps of 1 ns where Linux offers it."""
    try:
        return time.clock_gettime_ns((~pid) << 3 | 2)
    except OSError:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(pid).cpu_times()
            return int((times.user + times.system) * 1e9)
        return 0


def memory_bytes(pid: int) -> int:
    """Resident memory; 0 where the process is gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


def context_switches(pid: int) -> int:
    """Voluntary and involuntary ones of all threads."""
    total = 0
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/status") as file:
                for line in file:
                    if "ctxt_switches" in line:
                        total += int(line.split()[1])
    return total


def read_role(pids: Sequence[int]) -> Reading:
    """One reading, summed over a role's processes."""
    # CPU first and next to the time: it is what the instant matters for.
    now = time.monotonic_ns()
    cpu = sum(cpu_clock_ns(pid) for pid in pids)
    return Reading(
        now,
        cpu,
        sum(memory_bytes(pid) for pid in pids),
        sum(context_switches(pid) for pid in pids),
    )


def children_of(pid: int) -> list[int]:
    """Its present children; a forking server has one for each connection."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        with contextlib.suppress(psutil.Error):
            return [child.pid for child in psutil.Process(pid).children()]
        return []


def ended_children_ns(pid: int) -> int:
    """CPU time of children that have ended, in steps of 10 ms."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return int((int(fields[13]) + int(fields[14])) * 1e9 / TICKS_PER_SECOND)
    except (OSError, IndexError):
        return 0


def read_family(pid: int) -> Reading:
    """One reading of a process with its children, those that have ended included."""
    family = [pid, *children_of(pid)]
    reading = read_role(family)
    return dataclasses.replace(reading, cpu_ns=reading.cpu_ns + ended_children_ns(pid))


def descendants_of(pids: Sequence[int]) -> list[int]:
    """All that those processes started, and what these started, now."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with contextlib.suppress(OSError, IndexError), open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found, left = [], list(pids)
    while left:
        below = children.get(left.pop(), [])
        found += below
        left += below
    return found


def read_trees(pids: Sequence[int]) -> Reading:
    """One reading of processes with all their descendants, those that have ended included.

    Memory that they share (a browser's processes share much) is counted once for each.
    """
    tree = [*pids, *descendants_of(pids)]
    reading = read_role(tree)
    ended_ns = sum(ended_children_ns(pid) for pid in tree)
    return dataclasses.replace(reading, cpu_ns=reading.cpu_ns + ended_ns)


class Meters:
    """Reads all roles every 100 ms and exactly at the instants that it is given.

    `roles` are fixed processes; `families` are processes that fork others, `trees` those
    whose descendants fork too.
    """

    def __init__(
        self,
        roles: Mapping[str, Sequence[int]],
        families: Mapping[str, int] | None = None,
        trees: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        self._roles = {role: list(pids) for role, pids in roles.items() if pids}
        self._families = dict(families or {})
        self._trees = dict(trees or {})
        self.rows: list[MeterRow] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def read(self, mark: str = "") -> None:
        for role, pids in self._roles.items():
            self.rows.append(MeterRow(role, mark, read_role(pids)))
        for role, pid in self._families.items():
            self.rows.append(MeterRow(role, mark, read_family(pid)))
        for role, roots in self._trees.items():
            self.rows.append(MeterRow(role, mark, read_trees(roots)))

    def begin(self, t0_ns: int, t1_ns: int) -> None:
        """Read at t0, every 100 ms until t1, and at t1, from a thread of its own."""
        inner = [(due, "") for due in range(t0_ns + INTERVAL_NS, t1_ns, INTERVAL_NS)]
        instants = [(t0_ns, "t0"), *inner, (t1_ns, "t1")]
        self._thread = threading.Thread(target=self._follow, args=(instants,), daemon=True)
        self._thread.start()

    def _follow(self, instants: Sequence[tuple[int, str]]) -> None:
        for due_ns, mark in instants:
            wait_s = (due_ns - time.monotonic_ns()) / 1e9
            if wait_s > 0 and self._stop.wait(wait_s):
                return
            self.read(mark)

    def end(self) -> list[MeterRow]:
        """Stop reading; all rows so far."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        return self.rows
