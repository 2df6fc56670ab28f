"""Feeds Locust's own statistics in bulk: its web page and console stay true, at no cost.

One call a second instead of one event per request.  Response times are rounded in here, as
Locust does; the raw samples are elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.model.recorder import TICK
from bench.model.samples import FAILED, PENDING, RECEIPT, rows

UNSEEN = (TICK, RECEIPT)
SECONDS_KEPT = 60
"""Locust counts requests by second for ever, and reads the last twelve."""

KIND = "bench"
"""What Locust calls the type of a request, where nobody looks."""


def feed_statistics(
    environment: Any, block: bytes | bytearray, operations: Sequence[str], kind: str = KIND
) -> None:
    """Add a block of rows to the environment's request statistics, as requests of a kind.

    What was still under way when its client was stopped is no request.
    """
    statistics = environment.stats
    for name, histogram in histograms(block, operations).items():
        if name in UNSEEN:
            continue
        for entry in (statistics.get(name, kind), statistics.total):
            _add(entry, histogram)


def feed_errors(
    environment: Any,
    reasons: Mapping[tuple[str, str], int],
    operations: Sequence[str],
    kind: str = KIND,
) -> None:
    """Add reasons of failures, by operation and words, to the environment's table of errors.

    An operation that leaves no rows, as a connection that is lost, counts as a request here.
    """
    from locust.stats import StatsError  # noqa: PLC0415 - where Locust runs, it is there

    statistics = environment.stats
    for (name, words), count in reasons.items():
        key = StatsError.create_key(kind, name, words)
        error = statistics.errors.setdefault(key, StatsError(kind, name, words))
        error.occurred()
        error.occurrences += count - 1
        if name not in operations:
            for entry in (statistics.get(name, kind), statistics.total):
                _begin_second(entry)
                entry.num_requests += count
                entry.num_none_requests += count
                _add_failures(entry, count)


def _begin_second(entry: Any) -> None:
    """As Locust does before it logs a request: percentiles of the last seconds are kept."""
    now = time.time()
    if entry.use_response_times_cache and int(now) > int(entry.last_request_timestamp or now):
        entry._cache_response_times(int(now) - 1)
    entry.last_request_timestamp = now
    for by_second in (entry.num_reqs_per_sec, entry.num_fail_per_sec):
        while by_second and (first := next(iter(by_second))) < now - SECONDS_KEPT:
            del by_second[first]


def _add_failures(entry: Any, count: int) -> None:
    second = int(entry.last_request_timestamp)
    entry.num_failures += count
    entry.num_fail_per_sec[second] = entry.num_fail_per_sec.get(second, 0) + count


def _add(entry: Any, new: Histogram) -> None:
    _begin_second(entry)
    second = int(entry.last_request_timestamp)
    entry.num_requests += new.count
    entry.total_response_time += new.total_ms
    entry.total_content_length += new.bytes
    entry.min_response_time = (
        new.least_ms
        if entry.min_response_time is None
        else min(entry.min_response_time, new.least_ms)
    )
    entry.max_response_time = max(entry.max_response_time, new.most_ms)
    entry.num_reqs_per_sec[second] = entry.num_reqs_per_sec.get(second, 0) + new.count
    if new.failures:
        _add_failures(entry, new.failures)
    for milliseconds, count in new.buckets.items():
        entry.response_times[milliseconds] = entry.response_times.get(milliseconds, 0) + count


def rounded(milliseconds: np.ndarray) -> np.ndarray:
    """As Locust rounds: 147 to 150, 3432 to 3400, 58760 to 59000, so that there are few values."""
    step = np.select(
        [milliseconds < 100, milliseconds < 1000, milliseconds < 10_000], [1, 10, 100], 1000
    )
    found: np.ndarray = np.round(milliseconds / step) * step
    return found


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
        values, counts = np.unique(rounded(milliseconds), return_counts=True)
        self.buckets = dict(zip(values.astype(int).tolist(), counts.tolist(), strict=True))


def histograms(block: bytes | bytearray, operations: Sequence[str]) -> dict[str, Histogram]:
    """A block's rows by operation; may run on any thread."""
    all_rows = rows(block)
    found = {}
    all_rows = all_rows[all_rows["outcome"] != PENDING]
    for code, name in enumerate(operations):
        chosen = all_rows[all_rows["operation"] == code]
        if len(chosen):
            found[name] = Histogram(chosen)
    return found
