"""Meters read real processes: this one will do, and children that it starts."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time

import psutil
import pytest

from bench.lab import procfs
from bench.lab.meters import Meter, Meters


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def own_meter() -> Meter:
    return Meter("server", "server", lambda: [os.getpid()])


def test_a_part_is_what_its_process_used() -> None:
    meter = own_meter()
    before, own_before = meter.read(1), time.process_time_ns()
    burn(0.02)
    after, own_after = meter.read(2), time.process_time_ns()
    assert (before.time_ns, after.time_ns) == (1, 2)
    used, own = after.cpu_ns - before.cpu_ns, own_after - own_before
    assert used == pytest.approx(own, rel=0.05, abs=2e6)
    assert used >= 20e6
    resident = psutil.Process().memory_info().rss
    assert after.memory_bytes == pytest.approx(resident, rel=0.05)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    assert 0 < after.context_switches <= usage.ru_nvcsw + usage.ru_nivcsw


def test_the_cpu_of_all_threads_counts() -> None:
    before = procfs.cpu_clock_ns(os.getpid())
    thread = threading.Thread(target=burn, args=(0.02,))
    thread.start()
    thread.join()
    assert procfs.cpu_clock_ns(os.getpid()) - before >= 20e6


BUSY = "import time\nwhile time.process_time() < 0.05: pass\n"
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-S", "-c", {BUSY!r}])
print(flush=True)
input()
child = subprocess.Popen([sys.executable, "-S", "-c", {BUSY!r} + "print(flush=True)\\ninput()"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(flush=True)
input()
"""


def test_descendants_count_also_those_that_ended_before_they_were_seen() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-S", "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    meter = Meter("backend.0", "server", lambda: [parent.pid])
    meter.read(0)
    try:
        parent.stdout.readline()
        first = meter.read(1).cpu_ns
        assert first >= 50e6 - 20e6, "children count in steps of 10 ms, user and system apart"
        parent.stdin.write(b"\n")
        parent.stdin.flush()
        parent.stdout.readline()
        second = meter.read(2)
        assert second.cpu_ns - first >= 49e6
        assert len(meter.account.members) == 2
    finally:
        family = [psutil.Process(one.pid) for one in meter.account.members]
        for one in family:
            one.kill()
        parent.communicate()
        psutil.wait_procs(family)
    gone = meter.read(3)
    assert gone.cpu_ns >= second.cpu_ns, "what is dead has worked all the same"
    assert gone.memory_bytes == 0


def test_a_part_that_is_started_again_goes_on_counting() -> None:
    pids = [os.getpid()]
    meter = Meter("server", "server", lambda: pids)
    before = meter.read(0)
    pids.clear()
    # It is known by now, so it is followed until it ends.
    assert meter.read(1).cpu_ns >= before.cpu_ns
    pids.append(os.getppid())
    assert meter.read(2).cpu_ns > before.cpu_ns


def test_parts_of_a_role_are_read_at_one_instant() -> None:
    own = os.getpid()
    meters = Meters(
        [
            Meter("worker.0", "worker", lambda: [own]),
            Meter("server", "server", lambda: [own]),
            Meter("worker.1", "worker", lambda: [own]),
        ]
    )
    meters.read("idle")
    rows = meters.end()
    assert [(row.part, row.role, row.mark) for row in rows] == [
        ("server", "server", "idle"),
        ("worker.0", "worker", "idle"),
        ("worker.1", "worker", "idle"),
    ]
    assert len({row.reading.time_ns for row in rows if row.role == "worker"}) == 1


def test_a_process_that_is_gone_reads_as_nothing() -> None:
    child = subprocess.Popen([sys.executable, "-S", "-c", ""])
    child.wait()
    reading = Meter("server", "server", lambda: [child.pid]).read(0)
    assert (reading.cpu_ns, reading.memory_bytes, reading.context_switches) == (0, 0, 0)


def test_the_reading_at_the_windows_end_is_waited_for() -> None:
    """Whoever goes on before it may end the processes that are still to be read."""
    is_held = threading.Event()

    def pids() -> list[int]:
        is_held.wait(0.1)
        return [os.getpid()]

    meters = Meters([Meter("server", "server", pids)])
    now = time.monotonic_ns()
    meters.begin(now, now + 1_000_000)
    meters.finish()
    is_held.set()
    assert [row.mark for row in meters.end()] == ["t0", "t1"]
