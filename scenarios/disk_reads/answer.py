"""The words of the answer of `disk_reads`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={"file_size": 16_384_000, "read_rate": 10, "cache": "dropped"},
    level={"cache": "a page cache that is {}"},
    says=(
        Contrast(
            "caller_lag_p99",
            ("disk_io_uring", "disk_threads"),
            "disk_blocking",
            has="[leaves|leave] the event loop a p99 lag of {value}",
            rest="[leaves|leave] it {times} times as much",
        ),
        Contrast(
            "caller_lag_p50",
            ("disk_io_uring", "disk_threads"),
            "disk_blocking",
            has="[leaves|leave] a median lag of {value}",
            rest="[leaves|leave] {times} times as much",
        ),
    ),
)
