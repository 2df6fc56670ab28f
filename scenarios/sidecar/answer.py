"""The words of the answer of `sidecar`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

OTHERS = ("library", "tcp_proxy", "envoy_pair")

ANSWER = Answer(
    level={"request_rate": "{} requests/s", "clients": "{} clients", "arrivals": "{} arrivals"},
    says=(
        Contrast(
            "latency_p50",
            OTHERS,
            "direct",
            less="[has|have] {share} of its median latency",
            more="[has|have] {times} times its median latency",
        ),
        Contrast(
            "whole_cpu_us_per_event",
            OTHERS,
            "direct",
            less="[takes|take] {share} of its CPU per request",
            more="[takes|take] {times} times its CPU per request",
        ),
    ),
)
