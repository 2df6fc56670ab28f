"""The experiment `notifications`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.self_proof import DeliveryStream, SelfProof
from scenarios.notifications._capacity import fan_out_words
from scenarios.notifications._own import OWN
from scenarios.notifications.load import (
    AROUND,
    LOAD,
    audience,
    check,
    gives_up_after_s,
    patience_s,
    unit_of,
)

EXPERIMENT = Experiment(
    name="notifications",
    title="Notifying clients",
    question="A client wants to know at once what happened in the backend: how late does it "
    "find out, how many bytes cross the wire, and what does it cost the backend?",
    load=LOAD,
    operations=("request", "delivery", "passage", "bystander"),
    outcome_operation="delivery",
    operation_words={
        "request": "what a client asks for; `sequence` is the last event that it had received",
        "delivery": "an event that reached a client; `sequence` is the event's, "
        "`intended_ns` when it was scheduled, `sent_ns` when it was published",
        "passage": "a client tries to get through a proxy",
        "bystander": "a request of the client that has nothing to do with events",
    },
    headline=(
        "latency_mean",
        "latency_p50",
        "latency_p90",
        "latency_p99",
        "completeness",
        "requests_per_event",
        "useless_share",
        "wire_bytes_per_event",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(
        ("backend_cpu_us_per_event", "latency_mean"),
        ("wire_bytes_per_event", "latency_mean"),
    ),
    check=check,
    own=OWN,
    # Five seconds are 500 ticks of the loop and 600 events: enough for a p99 in each trial.
    self_proof=SelfProof(
        floor="null",
        floor_settings=("clients=10", "event_rate=120/s", "duration=9s", "warmup=300ms"),
        subject="sse",
        subject_settings=("clients=50", "event_rate=20/s", "warmup=200ms"),
        streams=(
            DeliveryStream("sse", "event_stream", "/stream?client=", 8.0, 25_000),
            DeliveryStream("websocket", "websocket", "/socket?client=", 7.0, 25_000),
        ),
        stream_settings=("keep_alive=3600s",),
        amqp_service="rabbitmq",
    ),
    capacity_law=fan_out_words,
    deliveries_per_event=audience,
    patience_s=patience_s,
    gives_up_after_s=gives_up_after_s,
    unit_of=unit_of,
    # Evenly spaced, as polls bring more events per request where more of them come by chance.
    quick={
        "clients": "100",
        "event_rate": "5/s",
        "schedule": "constant",
        "duration": "3500ms",
        "warmup": "300ms",
    },
    quick_repeats=4,
    verify_with={"poll_interval_s": 0.02, "proxy": AROUND, "bystander_rate_per_s": 0.0},
)
