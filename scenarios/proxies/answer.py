"""The words of the answer of `proxies`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

PROXIES = ("multiplexing", "demultiplexing")

ANSWER = Answer(
    level={"clients": "{} clients", "request_rate": "{} requests/s"},
    says=(
        Contrast(
            "deliveries_per_s",
            PROXIES,
            "direct",
            less="[lets|let] {share} as many requests through as no proxy",
            more="[lets|let] {times} times as many requests through as no proxy",
        ),
        Contrast(
            "backend_cpu_us_per_event",
            PROXIES,
            "direct",
            less="[uses|use] {share} of its backend CPU per request",
            more="[uses|use] {times} times its backend CPU per request",
        ),
    ),
)
