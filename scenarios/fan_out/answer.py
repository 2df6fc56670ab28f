"""The words of the answer of `fan_out`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    at={
        "clients": 200,
        "link": "loopback",
        "services_link": "loopback",
        "confirms": "none",
        "acknowledgement": "none",
        "queue_type": "classic",
        "durable": "off",
        "work_time": 0,
        "slow_receivers": 0,
        "dead_receivers": 0,
        "fault": "",
    },
    level={"clients": "{} receivers"},
    says=(
        Contrast(
            "publisher_ms",
            ("rabbitmq_fanout", "rabbitmq_stream", "nats_core", "nats_jetstream", "redis_pubsub"),
            "direct_serial",
            has="[keeps|keep] the publisher for {value} per event",
            rest="[keeps|keep] it {times} times as long",
        ),
        Contrast(
            "last_receiver_ms",
            ("rabbitmq_fanout", "rabbitmq_stream", "nats_core", "nats_jetstream", "redis_pubsub"),
            "direct_serial",
            has="[reaches|reach] the last receiver after {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "wire_bytes_per_event",
            ("rabbitmq_fanout", "rabbitmq_stream", "nats_core", "nats_jetstream", "redis_pubsub"),
            "direct_serial",
            has="[sends|send] {value} per delivery",
            rest="[sends|send] {times} times as many bytes",
        ),
    ),
)
