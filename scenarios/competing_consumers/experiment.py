"""The experiment `competing_consumers`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.competing_consumers.load import LOAD, check, offered

EXPERIMENT = Experiment(
    name="competing_consumers",
    title="Several consumers for one stream of work",
    question="Items of work wait in queues and several consumers take them: how much do they get "
    "done, how long does an item wait, is the order within a key kept, and what happens when "
    "consumers are added under load?",
    load=LOAD,
    check=check,
    operations=("item", "service", "adding"),
    outcome_operation="item",
    operation_words={
        "item": "one item, from when it was due until a consumer had done it for the first time. "
        "`client` is its key, `sequence` its number among the items of that key; `sent_ns` is when "
        "it was published, `first_byte_ns` when a consumer began it",
        "service": "a consumer does an item, from `sent_ns` to `done_ns`; `client` is the "
        "consumer, `sequence` is key x 2^32 + number of the item, `intended_ns` when it was due, "
        "`bytes_down` microseconds from its publication until it was begun",
        "adding": "consumers are added, from `sent_ns` to `done_ns`: `client` of them; `bytes_up` "
        "is the number of partitions then, 0 where keys belong to no consumer",
    },
    noun=OutcomeNoun.of_work("item", "items", "done"),
    work_by="caller",
    headline=(
        "served_per_s",
        "latency_mean",
        "latency_p99",
        "out_of_order_share",
        "overlapped_share",
        "busiest_share",
        "moved_share",
        "lost_items",
        "doubled_items",
        "broker_cpu_us_per_event",
    ),
    tradeoff=(("out_of_order_share", "latency_mean"), ("overlapped_share", "served_per_s")),
    quick={"duration": "2s", "warmup": "300ms", "added": "1"},
    quick_repeats=5,
    verify_with={"service_time_s": 0.001},
    # All that was published is owed, even if one consumer has to do it.
    patience_s=lambda load: (
        load.window.drain_s + offered(load) * (load.window.warmup_s + load.window.duration_s)
    ),
)
