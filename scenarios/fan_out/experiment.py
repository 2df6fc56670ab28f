"""The experiment `fan_out`: question, load, metrics.

Declares what a trial needs; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Absent, Experiment
from scenarios.fan_out.load import (
    LOAD,
    check,
    check_machine,
    gives_up_after_s,
    owed_to,
    unit_of,
)

EXPERIMENT = Experiment(
    name="fan_out",
    title="One publisher, many receivers",
    question="A program has an event for many others: what does it cost to tell each of them, or "
    "to tell a broker that tells them?",
    load=LOAD,
    check=check,
    check_machine=check_machine,
    absent=(
        Absent(
            "Kafka",
            "no server is in reach",
            "a broker (Apache Kafka with a Java runtime, or Redpanda) as a service, and a client "
            "of it in bench/brokers/",
        ),
        Absent(
            "Replicated queues",
            "there is one node of each broker, and a quorum queue of one node replicates nothing",
            "three nodes on hosts of their own",
        ),
    ),
    operations=("delivery",),
    outcome_operation="delivery",
    operation_words={
        "delivery": "an event that a receiver has dealt with; `sequence` is the event's, "
        "`intended_ns` when it was due, `sent_ns` when its sending began, `first_byte_ns` when the "
        "receiver's loop got it",
    },
    headline=(
        "publisher_ms",
        "last_receiver_ms",
        "published_per_s",
        "received_per_s",
        "completeness",
        "duplicated",
        "out_of_order",
        "publisher_bytes_per_event",
        "wire_bytes_per_event",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(("publisher_ms", "last_receiver_ms"),),
    main_curve=("publisher_ms", "clients"),
    deliveries_per_event=owed_to,
    gives_up_after_s=gives_up_after_s,
    unit_of=unit_of,
    quick={"duration": "1s", "warmup": "300ms", "event_rate": "20/s"},
    quick_repeats=5,
    verify_with={
        "dead_receivers": 0,
        "slow_receivers": 0,
        "work_time_s": 0.0,
        "queue_limit": 0,
    },
)
