"""The words of the answer of `fan_out`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

TOLD = ("rabbitmq_fanout", "rabbitmq_stream", "nats_core", "nats_jetstream", "redis_pubsub")

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
            TOLD,
            "direct_serial",
            less="[keeps|keep] the publisher for {share} of the time of requests in turn",
            more="[keeps|keep] the publisher {times} times as long as requests in turn",
        ),
        Contrast(
            "last_receiver_ms",
            TOLD,
            "direct_parallel",
            less="[reaches|reach] the last receiver in {share} of the time of requests at once",
            more="[takes|take] {times} times as long to the last receiver as requests at once",
        ),
    ),
)
