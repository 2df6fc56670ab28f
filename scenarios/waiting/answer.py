"""The words of the answer of `waiting`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={"waits": 100, "wait_time": 0.1, "at_once": 0, "work": "none", "link": "loopback"},
    level={"waits": "{} waits"},
    says=(
        Contrast(
            "makespan_mean",
            ("client_io_uring", "client_async", "client_threads"),
            "client_blocking",
            has="[finishes|finish] all waits in {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "caller_cpu_us_per_wait",
            ("client_io_uring", "client_async"),
            "client_threads",
            has="[takes|take] {value} of CPU per wait",
            rest="[takes|take] {times} times as much",
        ),
    ),
)
