"""The words of the answer of `event_delivery`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    says=(
        Contrast(
            "lost_event_share",
            ("jetstream", "rabbitmq_classic", "rabbitmq_quorum", "rabbitmq_stream", "redis_pubsub"),
            "nats_core",
            has="[loses|lose] {value} of the events",
            rest="[loses|lose] {times} times as many",
            none="[loses|lose] no event",
        ),
        Contrast(
            "latency_mean",
            ("jetstream", "rabbitmq_classic", "rabbitmq_quorum", "rabbitmq_stream"),
            "nats_core",
            has="[delivers|deliver] after {value} on average",
            rest="[takes|take] {times} times as long",
        ),
    ),
)
