"""The words of the answer of `competing_consumers`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={"fault": "", "link": "loopback"},
    level={
        "clients": "{} consumers",
        "item_rate": "{}",
        "added": "{} consumers added",
    },
    says=(
        Contrast(
            "latency_mean",
            ("consistent_hash", "modulo_hash"),
            "one_queue",
            less="[has|have] an item done in {share} of the time that one queue takes",
            more="[takes|take] {times} times as long as one queue to have an item done",
        ),
    ),
)
