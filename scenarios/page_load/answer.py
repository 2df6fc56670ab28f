"""The words of the answer of `page_load`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={"resources": 30, "loss": 0.0, "rate": 0.0, "streams": 0},
    level={"resources": "{} resources", "rtt": "{} round trip", "loss": "{} loss"},
    says=(
        Contrast(
            "makespan_mean",
            ("http2", "http3"),
            "http1_six",
            has="[loads|load] a page in {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "wire_bytes_per_event",
            ("http2", "http3"),
            "http1_six",
            has="[sends|send] {value} per page",
            rest="[sends|send] {times} times as many bytes",
        ),
        Contrast(
            "proxy_cpu_us_per_event",
            ("http2", "http3"),
            "http1_six",
            has="[takes|take] {value} of proxy CPU per page",
            rest="[takes|take] {times} times as much",
        ),
    ),
)
