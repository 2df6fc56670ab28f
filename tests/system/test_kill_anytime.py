"""Whatever is killed, whenever: the trial says so, nothing is left, and the run goes on.

Moments are drawn from a fixed seed, one in each part of a trial's length, which has as many parts
as something is killed in the run.  With PATTERNBENCH_SOAK=N each kind is killed N times
(`make soak`), without it once.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from system_builders import Quiet, living

from bench.lab import scratch
from bench.lab.proxies import envoy
from bench.model.errors import ComponentMissing
from bench.run import request, runner

SOAK = {"PATTERNBENCH_SOAK": "{moments}"}
KILLS = int(os.environ.get("PATTERNBENCH_SOAK", "1"))
SEED = 20_261_125
LOAD = {
    "clients": "3",
    "duration": "600ms",
    "warmup": "100ms",
    "event_rate": "50/s",
    "drain": "2s",
}
KINDS = {"part": "targets", "load process": "bench.load", "proxy": "_bin/envoy"}
"""Of each kind of a pattern behind a proxy: what its command line holds."""

RUNS = {
    "notifications/sse_http2": KINDS,
    "notifications/rabbitmq": {"service": "beam.smp"},
}
if envoy.missing():
    del KINDS["proxy"]
    RUNS["notifications/sse"] = RUNS.pop("notifications/sse_http2")


def processes(word: str) -> list[psutil.Process]:
    """Descendants of this process whose command line holds the word, oldest first."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any(word in part for part in child.cmdline()):
                found.append(child)
    return sorted(found, key=lambda one: one.pid)


class Killer(Quiet):
    """Kills one process of each trial but the first and the last, at a moment of its own.

    The first trial starts what outlives it, and shows how long one takes.
    """

    def __init__(self, kinds: Mapping[str, str], trials: int) -> None:
        super().__init__()
        chance = random.Random(f"{SEED}/{','.join(kinds)}")
        kills = trials - 2
        shares = [(part + chance.random()) / kills for part in range(kills)]
        chance.shuffle(shares)
        self._last = trials - 1
        self._shares = shares
        self._words = list(kinds.values())
        self._timer: threading.Timer | None = None
        self._began = self._longest_s = 0.0
        self.killed: set[int] = set()

    def trial_begins(self, trial: Any) -> None:
        super().trial_begins(trial)
        self._began = time.monotonic()

    def phase(self, name: str, running: Any) -> None:
        if name != "start":
            return
        number = running.trial.number
        if number == 0:
            self._began = time.monotonic()
        elif number < self._last:
            wait_s = self._shares[number - 1] * self._longest_s
            self._timer = threading.Timer(wait_s, self._kill, [number])
            self._timer.start()

    def _kill(self, number: int) -> None:
        word = self._words[(number - 1) % len(self._words)]
        for process in processes(word)[:1]:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
                self.killed.add(number)

    def trial_ends(self, record: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if record.trial.number == 0:
            self._longest_s = time.monotonic() - self._began
        super().trial_ends(record)


@pytest.mark.parametrize("pattern", RUNS)
def test_a_kill_at_any_moment(pattern: str, tmp_path: Path) -> None:
    kinds = RUNS[pattern]
    trials = len(kinds) * KILLS + 2
    asked = request.Asked((pattern,), LOAD, repeats=trials, calibrate=False)
    try:
        folder = runner.new_run(request.plan_of(asked), tmp_path)
    except ComponentMissing as error:
        pytest.skip(str(error))
    killer = Killer(kinds, trials)
    run = runner.execute(folder, "", killer)

    assert not run.unfinished
    records = {record.trial.number: record for record in killer.records}
    assert len(records) == trials
    for number, record in records.items():
        print("killed" if number in killer.killed else "left", record.status, record.reason)
        if record.status == "failed":
            assert number in killer.killed, record.reason
            assert record.reason
    assert records[trials - 1].status == "ok"
    assert not list(folder.rglob("*.partial"))
    assert not living(psutil.Process().children(recursive=True))
    assert scratch.own() == []
