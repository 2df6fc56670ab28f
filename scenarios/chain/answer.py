"""The words of the answer of `chain`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "services": "{} services in a row",
        "request_rate": "{} requests per second",
        "failing": "services that fail at {} of all attempts",
    },
    says=(
        Contrast(
            "success_share",
            ("breaker", "library_breaker", "queues"),
            "direct",
            has="[answers|answer] {value} of the requests",
            rest="[answers|answer] {times} times as many",
        ),
        Contrast(
            "latency_mean",
            ("breaker", "library_breaker", "queues"),
            "direct",
            has="[answers|answer] after {value} on average",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "backend_cpu_us_per_event",
            ("breaker", "library_breaker", "queues"),
            "direct",
            has="[takes|take] {value} of CPU per request",
            rest="[takes|take] {times} times as much CPU",
        ),
    ),
)
