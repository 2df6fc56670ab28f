"""The words of the answer of `reconnect_storm`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={"return_within": "a jitter of {}", "key": "a key of {}", "clients": "{} clients"},
    says=(
        Contrast(
            "server_cpu_us_per_event",
            ("resumption",),
            "full_handshake",
            less="cost[s|] the server {share} of the CPU of full handshakes",
            more="cost[s|] the server {times} times the CPU of full handshakes",
        ),
    ),
)
