"""The words of the answer of `durability`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={"standby_mode": "on", "disk": "real", "fault": "", "link": "loopback"},
    level={
        "clients": "{} clients",
        "standby_rtt": "{} to the standby",
        "flush_time": "{} for a flush",
    },
    says=(
        Contrast(
            "deliveries_per_s",
            ("commit_async",),
            "commit_sync",
            has="[stores|store] records at {value}",
            rest="[stores|store] {times} times as many",
        ),
        Contrast(
            "deliveries_per_s",
            ("replicate_async",),
            "replicate_sync",
            has="[stores|store] records at {value}",
            rest="[stores|store] {times} times as many",
        ),
        Contrast(
            "deliveries_per_s",
            ("page_cache",),
            "fsync_each",
            has="[stores|store] records at {value}",
            rest="[stores|store] {times} times as many",
        ),
    ),
)
