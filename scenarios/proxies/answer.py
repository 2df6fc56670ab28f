"""The words of the answer of `proxies`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={"clients": "{} clients", "request_rate": "{} requests/s"},
    says=(
        Contrast(
            "deliveries_per_s",
            ("multiplexing", "demultiplexing"),
            "direct",
            has="[answers|answer] requests at {value}",
            rest="[answers|answer] {times} times as many",
        ),
        Contrast(
            "server_cpu_us_per_event",
            ("multiplexing", "demultiplexing"),
            "direct",
            has="[takes|take] {value} of server CPU per request",
            rest="[takes|take] {times} times as much",
        ),
    ),
)
