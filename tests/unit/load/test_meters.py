"""Meters read real processes: this one will do."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time

import psutil
import pytest

from bench.lab import meters


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_a_role_is_what_its_process_used() -> None:
    before, own_before = meters.read_role([os.getpid()]), time.process_time_ns()
    burn(0.02)
    after, own_after = meters.read_role([os.getpid()]), time.process_time_ns()
    assert after.time_ns > before.time_ns
    used, own = after.cpu_ns - before.cpu_ns, own_after - own_before
    assert used == pytest.approx(own, rel=0.05, abs=2e6)
    assert used >= 20e6
    resident = psutil.Process().memory_info().rss
    assert after.memory_bytes == pytest.approx(resident, rel=0.05)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    assert 0 < after.context_switches <= usage.ru_nvcsw + usage.ru_nivcsw


def test_the_cpu_of_all_threads_counts() -> None:
    before = meters.cpu_clock_ns(os.getpid())
    thread = threading.Thread(target=burn, args=(0.02,))
    thread.start()
    thread.join()
    assert meters.cpu_clock_ns(os.getpid()) - before >= 20e6


def test_a_roles_processes_are_summed() -> None:
    one, two = meters.read_role([os.getpid()]), meters.read_role([os.getpid()] * 2)
    assert two.cpu_ns == pytest.approx(2 * one.cpu_ns, rel=0.05)
    assert two.memory_bytes == pytest.approx(2 * one.memory_bytes, rel=0.05)


def test_a_process_that_is_gone_reads_as_nothing() -> None:
    child = subprocess.Popen([sys.executable, "-S", "-c", ""])
    child.wait()
    reading = meters.read_role([child.pid])
    assert (reading.cpu_ns, reading.memory_bytes, reading.context_switches) == (0, 0, 0)
