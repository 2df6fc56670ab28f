"""What all programs under test have in common: one record after the other, and what was lost.

    store     one record, from the request to its acknowledgement
    check     after a crash: what is there of what had been acknowledged

Knows neither databases nor files.
"""

from __future__ import annotations

import os
import statistics
import time

from bench.model.samples import FAILED, OK
from targets._target import BaseTarget

PROBES, PROBE_BYTES = 128, 8192
"""A page of a database's log, as often as it takes for a median."""

PAUSE_S = 0.02
"""Between two tries to come back."""


class StoringTarget(BaseTarget):
    """The program under test: as many clients as the load has."""

    is_caller = True
    flush_us = 0.0

    def counts(self) -> dict[str, float]:
        """What it costs here to have a page on the disk: measured before the first record."""
        return {"flush_us": self.flush_us}

    def measure_flush(self) -> None:
        """Write a page over itself and have it on the disk, again and again; the median counts.

        Not while processes start: they would have the core when the disk answers.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        path, page = self.data / "probe", os.urandom(PROBE_BYTES)
        spent = []
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, page)
            os.fsync(descriptor)
            for _ in range(PROBES):
                began_ns = time.perf_counter_ns()
                os.pwrite(descriptor, page, 0)
                os.fdatasync(descriptor)
                spent.append(time.perf_counter_ns() - began_ns)
        finally:
            os.close(descriptor)
            path.unlink()
        self.flush_us = statistics.median(spent) / 1e3

    def record_store(
        self, client: int, sequence: int, sent_ns: int, done_ns: int, is_done: bool
    ) -> None:
        """One record that was acknowledged, or not."""
        recorder, size = self.recorder, self.load.own.record_bytes
        outcome = OK if is_done else FAILED
        code = recorder.code("store")
        recorder.add(
            code,
            outcome,
            client,
            sequence,
            sent_ns,
            sent_ns,
            done_ns,
            done_ns,
            size,
            size * is_done,
        )

    def record_check(
        self, client: int, lost: int, there: int, oldest_ns: int, crash_ns: int, done_ns: int
    ) -> None:
        """What of one client's acknowledged records was lost, and what was there.

        `oldest_ns` is when the oldest of the lost ones was acknowledged, `crash_ns` when the
        client noticed that something had happened.
        """
        size = self.load.own.record_bytes
        since_ns = min(oldest_ns, crash_ns) if lost else crash_ns
        code = self.recorder.code("check")
        self.recorder.add(
            code,
            OK,
            client,
            lost,
            since_ns,
            crash_ns,
            done_ns,
            done_ns,
            min(lost * size, MOST),
            min(there * size, MOST),
        )


MOST = (1 << 32) - 1
"""The largest number of bytes that a row holds."""
