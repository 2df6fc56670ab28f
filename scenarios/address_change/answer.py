"""The words of the answer of `address_change`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "rtt": "a round trip of {}",
        "ping_every": "pings every {}",
    },
    says=(
        Contrast(
            "pause_mean",
            ("quic_migration", "quic_reconnect"),
            "tcp_reconnect",
            has="[resumes|resume] after {value}",
            rest="[pauses|pause] {times} times as long",
        ),
        Contrast(
            "doubled_per_change",
            ("quic_migration",),
            "tcp_reconnect",
            has="[does|do] {value} requests twice per change",
            rest="[does|do] {times} times as many twice",
            none="[does|do] no request twice",
        ),
    ),
)
