"""The words of the answer of `address_change`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "rtt": "a round trip of {}",
        "notice": "clients that are told of the change or not ({})",
        "retry": "retries: {}",
        "ping_every": "pings every {}",
    },
    says=(
        Contrast(
            "pause_mean",
            ("quic_migration",),
            "tcp_reconnect",
            less="pauses for {share} of the time that TCP does",
            more="pauses for {times} times as long as TCP",
        ),
    ),
)
