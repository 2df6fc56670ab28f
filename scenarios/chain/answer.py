"""The words of the answer of `chain`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

PROTECTED = ("breaker", "library_breaker", "queues")

ANSWER = Answer(
    level={
        "services": "{} services in a row",
        "request_rate": "{} requests per second",
        "failing": "services that fail at {} of all attempts",
    },
    says=(
        Contrast(
            "good_in_fault_share",
            PROTECTED,
            "direct",
            less="[has|have] {share} of {others} good requests while a service stands still",
            more="[has|have] {times} times {others} good requests while a service stands still",
        ),
        Contrast(
            "backend_cpu_us_per_event",
            PROTECTED,
            "direct",
            less="[takes|take] {share} of {others} CPU per request",
            more="[takes|take] {times} times {others} CPU per request",
        ),
    ),
)
