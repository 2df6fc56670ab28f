"""The words of the answer of `waiting`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

OTHERS = ("client_io_uring", "client_async", "client_threads")

ANSWER = Answer(
    at={"waits": 100, "wait_time": 0.1, "at_once": 0, "work": "none", "link": "loopback"},
    level={"waits": "{} waits"},
    says=(
        Contrast(
            "makespan_mean",
            OTHERS,
            "client_blocking",
            less="[finishes|finish] all waits in {share} of the time of blocking calls",
            more="[takes|take] {times} times as long as blocking calls",
        ),
        Contrast(
            "caller_cpu_us_per_wait",
            ("client_io_uring", "client_async"),
            "client_threads",
            less="[takes|take] {share} of the CPU of threads",
            more="[takes|take] {times} times the CPU of threads",
        ),
    ),
)
