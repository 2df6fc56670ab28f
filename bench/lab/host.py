"""What Linux says of the host and of waiting processes, to judge whether a trial was disturbed.

What a kernel or a container does not tell is None.  Knows nothing of bounds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping

from bench.lab.procfs import TICKS_PER_SECOND
from bench.model.disturbance import HostReading, ThreadTimes
from bench.results.environment import cpus

STAT, PRESSURE = "/proc/stat", "/proc/pressure/cpu"
STEAL_COLUMN = 8
"""Of a line `cpuN user nice system idle iowait irq softirq steal ...`."""


def read_host(time_ns: int, parts: Mapping[str, Iterable[int]]) -> HostReading:
    """The host's totals, and the threads of parts (process ids by name), now."""
    cores = cpus()
    return HostReading(
        time_ns,
        len(cores),
        steal_ns(_text(STAT), cores),
        pressure_ns(_text(PRESSURE)),
        {part: found for part, pids in parts.items() if (found := _threads_of(pids))},
        time.process_time_ns(),
    )


def steal_ns(stat: str, cores: Iterable[int]) -> int | None:
    """Steal time of these cores from the text of /proc/stat; None where it is not told."""
    wanted, found = {f"cpu{core}" for core in cores}, []
    for line in stat.splitlines():
        words = line.split()
        if words and words[0] in wanted and len(words) > STEAL_COLUMN:
            found.append(int(words[STEAL_COLUMN]))
    return sum(found) * 1_000_000_000 // TICKS_PER_SECOND if found else None


def pressure_ns(pressure: str) -> int | None:
    """The total of `some` from the text of /proc/pressure/cpu; None where there is none."""
    for line in pressure.splitlines():
        if line.startswith("some "):
            return int(line.rpartition("total=")[2]) * 1000
    return None


def _text(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:  # an old kernel, or a container that hides it
        return ""


def _threads_of(pids: Iterable[int]) -> dict[int, ThreadTimes]:
    """The threads of processes that live now, where the kernel counts their waits."""
    found = {}
    for pid in pids:
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except OSError:  # it has ended
            continue
        for thread in threads:
            words = _text(f"/proc/{pid}/task/{thread}/schedstat").split()
            if len(words) > 1:
                found[int(thread)] = ThreadTimes(int(words[0]), int(words[1]))
    return found
