"""The words of the answer of `durability`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast


def _against(pattern: str, other: str, words: str) -> Contrast:
    return Contrast(
        "deliveries_per_s",
        (pattern,),
        other,
        less="[stores|store] {share} of the records per second that " + words,
        more="[stores|store] {times} times as many records per second as " + words,
    )


ANSWER = Answer(
    at={"standby_mode": "on", "disk": "real", "fault": "", "link": "loopback"},
    level={
        "clients": "{} clients",
        "standby_rtt": "{} to the standby",
        "flush_time": "{} for a flush",
    },
    says=(
        _against("commit_async", "commit_sync", "synchronous commits"),
        _against("replicate_async", "replicate_sync", "synchronous replication"),
        _against("page_cache", "fsync_each", "fsync after each write"),
    ),
)
