"""The words of the answer of `competing_consumers`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={"fault": "", "link": "loopback"},
    level={
        "clients": "{} consumers",
        "item_rate": "{} items/s",
        "added": "{} more halfway",
    },
    says=(
        Contrast(
            "moved_share",
            ("consistent_hash",),
            "modulo_hash",
            has="[moves|move] {value} of the keys to another consumer",
            rest="[moves|move] {times} times as many",
        ),
        Contrast(
            "out_of_order_share",
            ("consistent_hash", "modulo_hash"),
            "one_queue",
            has="[has|have] {value} of the items out of order",
            rest="[has|have] {times} times as many out of order",
            none="[keeps|keep] the order of each key",
        ),
        Contrast(
            "latency_mean",
            ("consistent_hash", "modulo_hash"),
            "one_queue",
            has="[has|have] an item done after {value}",
            rest="[takes|take] {times} times as long",
        ),
    ),
)
