"""The words of the answer of `disk_reads`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={"file_size": 16_384_000, "read_rate": 10, "cache": "dropped"},
    level={"cache": "page cache {}"},
    says=(
        Contrast(
            "caller_lag_p99",
            ("disk_io_uring", "disk_threads"),
            "disk_blocking",
            less="[leaves|leave] the event loop {share} of the lag of blocking reads",
            more="[leaves|leave] the event loop {times} times the lag of blocking reads",
        ),
    ),
)
