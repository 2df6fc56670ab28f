"""What Linux says of a process in /proc: CPU time, memory, context switches, children.

Who is gone reads as nothing.  Knows nothing of roles.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from typing import NamedTuple

import psutil

from bench.lab.accounting import ProcessId, ProcessReading

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


def clock_of(pid: int) -> str:
    """Names the monotonic clock that a process has; "" where it is gone, or this is not told."""
    try:
        return os.readlink(f"/proc/{pid}/ns/time")
    except OSError:
        return ""


def memory_bytes(pid: int) -> int:
    """Resident memory; 0 where the process is gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


class Threads(NamedTuple):
    """What only the threads of a process tell: context switches, and what they forked."""

    context_switches: int
    children: list[int]


def threads_of(pid: int) -> Threads:
    """Voluntary and involuntary switches of all present threads, and all present children."""
    switches, children = 0, []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            switches += _switches_of(f"/proc/{pid}/task/{thread}/status")
            try:
                with open(f"/proc/{pid}/task/{thread}/children") as file:
                    children += [int(word) for word in file.read().split()]
            except OSError:  # it has ended meanwhile, or this kernel does not list them
                children += _children_by_search(pid)
    return Threads(switches, children)


def _switches_of(status: str) -> int:
    with contextlib.suppress(OSError), open(status) as file:
        return sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return 0  # it has ended meanwhile


def _children_by_search(pid: int) -> list[int]:
    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children()]
    return []


class Status(NamedTuple):
    """The part of /proc/<pid>/stat that a meter wants."""

    parent: int
    started: int
    waited_ns: int


def status_of(pid: int) -> Status | None:
    """Its parent, its start in clock ticks, and the CPU time of children that it waited for."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        waited = (int(fields[13]) + int(fields[14])) * 1_000_000_000 // TICKS_PER_SECOND
        return Status(int(fields[1]), int(fields[19]), waited)
    except (OSError, IndexError):
        return None


class TreeSnapshot(NamedTuple):
    """All living processes of a tree at one instant, and their resident memory together.

    Memory that processes share is counted once for each.
    """

    processes: dict[ProcessId, ProcessReading]
    memory_bytes: int


def read_tree(roots: Iterable[int], known: Iterable[ProcessId]) -> TreeSnapshot:
    """The processes `roots` with all their descendants, and those `known` that still live."""
    members = {one.pid: one for one in known}
    # First and next to each other: the clocks are what the instant matters for.
    clocks = {pid: cpu_clock_ns(pid) for pid in {*roots, *members}}
    fresh = set(roots)
    left = list(clocks)
    found: dict[ProcessId, ProcessReading] = {}
    memory = 0
    while left:
        pid = left.pop()
        status = status_of(pid)
        if status is None:
            continue
        one = ProcessId(pid, status.started)
        is_reused = pid not in fresh and one != members.get(pid)
        if one in found or is_reused:
            continue
        threads = threads_of(pid)
        cpu_ns = clocks[pid] if pid in clocks else cpu_clock_ns(pid)
        found[one] = ProcessReading(
            status.parent, cpu_ns, status.waited_ns, threads.context_switches
        )
        memory += memory_bytes(pid)
        fresh.update(threads.children)
        left += threads.children
    return TreeSnapshot(found, memory)
