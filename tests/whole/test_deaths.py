"""Waiting for the death of processes: for that, and not for a parent that does not care."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil

from bench.lab.deaths import wait_for_deaths

CARELESS = """
import subprocess, sys
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
sys.stdin.read()
"""
LONG_S = 60.0


def test_a_child_that_nobody_waits_for_is_dead() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CARELESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        child.kill()
        began = time.monotonic()
        wait_for_deaths([child], LONG_S)
        assert time.monotonic() - began < LONG_S
        assert child.status() == psutil.STATUS_ZOMBIE
        parent.communicate()


def test_who_lives_is_waited_for_as_long_as_is_said() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        began = time.monotonic()
        wait_for_deaths([psutil.Process(child.pid)], 0.05)
        assert time.monotonic() - began >= 0.05
        child.kill()
