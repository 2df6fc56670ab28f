"""Feeds Locust's own statistics in bulk: its web page and console stay true, at no cost.

One call a second instead of one event per request.  Locust rounds to whole
milliseconds in here; the raw samples are elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from bench.load.recorder import Histogram, histograms

UNSEEN = ("tick",)


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
