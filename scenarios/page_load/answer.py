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
            less="[loads|load] a page {times} times faster than HTTP/1.1 on six connections",
            more="[loads|load] a page {times} times slower than HTTP/1.1 on six connections",
        ),
        Contrast(
            "wire_bytes_per_event",
            ("http2", "http3"),
            "http1_six",
            less="[sends|send] {share} of its bytes",
            more="[sends|send] {times} times its bytes",
        ),
    ),
)
