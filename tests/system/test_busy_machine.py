"""What the machine does to real trials is seen; what a trial does to itself is no disturbance."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from bench.lab.processes import cpu_sets
from bench.results.store import StoredTrial

Measure = Callable[..., StoredTrial]

BUSY = """
import os, sys
os.sched_setaffinity(0, [int(word) for word in sys.argv[1:]])
print(flush=True)
while True: pass
"""
SATURATED = {"clients": 32, "duration_s": 1.5, "warmup_s": 0.2}


@pytest.fixture
def competitors() -> Iterator[None]:
    """Somebody else's work on the load process's core, in sessions of their own."""
    cores = [str(core) for core in cpu_sets(1)["load"]]
    started = [
        subprocess.Popen(
            [sys.executable, "-S", "-c", BUSY, *cores],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        for _ in range(2)
    ]
    for one in started:
        assert one.stdout is not None
        one.stdout.readline()
    yield
    for one in started:
        one.kill()
        one.communicate()


def test_a_trial_says_what_disturbed_it(measure: Measure) -> None:
    found = measure("notifications/sse", clients=5, duration_s=1.0, warmup_s=0.1).record.disturbance
    assert found is not None
    assert found.late is not None
    assert 0 <= found.late <= 1
    assert {"clients", "server"} <= found.waited.keys()
    assert all(0 <= share <= 1 for share in found.waited.values())


@pytest.mark.usefixtures("competitors")
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="load and backend share the core")
def test_work_of_others_on_a_trials_core_is_seen(measure: Measure) -> None:
    """A saturated load process gets half of its core, or less: it waits for the rest."""
    record = measure("proxies/direct", **SATURATED).record
    assert any(reason.startswith("waits of clients") for reason in record.disturbed)
    assert not record.is_void, "that is decided by the run, which may keep such trials"
