"""Feeds Locust's own statistics in bulk: its web page and console stay true, at no cost.

One call a second instead of one event per request.  Locust rounds to whole
milliseconds in here; the raw samples are elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.model.recorder import TICK
from bench.model.samples import FAILED, rows

UNSEEN = (TICK,)


def feed_statistics(environment: Any, block: bytes | bytearray, operations: Sequence[str]) -> None:
    """Add a block of rows to the environment's request statistics."""
    statistics = environment.stats
    for name, histogram in histograms(block, operations).items():
        if name in UNSEEN:
            continue
        _add(statistics.get(name, "bench"), histogram)
        _add(statistics.total, histogram)


def _add(entry: Any, new: Histogram) -> None:
    now = time.time()
    second = int(now)
    entry.num_requests += new.count
    entry.num_failures += new.failures
    entry.total_response_time += new.total_ms
    entry.total_content_length += new.bytes
    entry.last_request_timestamp = now
    entry.min_response_time = (
        new.least_ms
        if entry.min_response_time is None
        else min(entry.min_response_time, new.least_ms)
    )
    entry.max_response_time = max(entry.max_response_time, new.most_ms)
    entry.num_reqs_per_sec[second] = entry.num_reqs_per_sec.get(second, 0) + new.count
    if new.failures:
        entry.num_fail_per_sec[second] = entry.num_fail_per_sec.get(second, 0) + new.failures
    for milliseconds, count in new.buckets.items():
        entry.response_times[milliseconds] = entry.response_times.get(milliseconds, 0) + count


class Histogram:
    """What Locust's statistics want to know of one operation's rows in a block."""

    def __init__(self, block: np.ndarray) -> None:
        milliseconds = np.maximum(0, block["done_ns"] - block["intended_ns"]) / 1e6
        self.count = len(block)
        self.failures = int(np.count_nonzero(block["outcome"] == FAILED))
        self.total_ms = float(milliseconds.sum())
        self.least_ms = float(milliseconds.min())
        self.most_ms = float(milliseconds.max())
        self.bytes = int(block["bytes_down"].sum())
        values, counts = np.unique(np.round(milliseconds), return_counts=True)
        self.buckets = dict(zip(values.astype(int).tolist(), counts.tolist(), strict=True))


def histograms(block: bytes | bytearray, operations: Sequence[str]) -> dict[str, Histogram]:
    """A block's rows by operation; may run on any thread."""
    all_rows = rows(block)
    found = {}
    for code, name in enumerate(operations):
        chosen = all_rows[all_rows["operation"] == code]
        if len(chosen):
            found[name] = Histogram(chosen)
    return found


def recent_ms(block: bytes | bytearray, code: int) -> list[float]:
    """p50 and p99 of a block's latencies of one operation, for the progress line."""
    chosen = rows(block)
    chosen = chosen[chosen["operation"] == code]
    if not len(chosen):
        return []
    values = (chosen["done_ns"] - chosen["intended_ns"]) / 1e6
    return [float(value) for value in np.percentile(values, [50, 99])]
