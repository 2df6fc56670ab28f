"""The words of the answer of `sidecar`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={"request_rate": "{} requests/s", "clients": "{} clients", "arrivals": "{} arrivals"},
    says=(
        Contrast(
            "latency_p50",
            ("library", "tcp_proxy", "envoy_pair"),
            "direct",
            has="[has|have] a median latency of {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "whole_cpu_us_per_event",
            ("library", "tcp_proxy", "envoy_pair"),
            "direct",
            has="[takes|take] {value} of CPU per request in all processes",
            rest="[takes|take] {times} times as much",
        ),
    ),
)
