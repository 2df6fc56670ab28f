"""The words of the answer of `reconnect_storm`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={"return_within": "a jitter of {}", "key": "{} keys", "clients": "{} clients"},
    says=(
        Contrast(
            "server_cpu_us_per_event",
            ("plain", "resumption"),
            "full_handshake",
            has="cost[s|] the server {value} of CPU per return",
            rest="cost[s|] {times} times as much",
        ),
        Contrast(
            "latency_p50",
            ("plain", "resumption"),
            "full_handshake",
            has="[is|are] back after {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "wire_bytes_per_event",
            ("plain", "resumption"),
            "full_handshake",
            has="[sends|send] {value} per return",
            rest="[sends|send] {times} times as many bytes",
        ),
    ),
)
