"""The experiment `cold_cache`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Course, Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.cold_cache.load import LOAD, check

EXPERIMENT = Experiment(
    name="cold_cache",
    title="A cache that a restart empties",
    question="Equal backends keep what they have read from a store in a cache of their own, and "
    "one of them is restarted: what does its empty cache cost, and for how long?",
    load=LOAD,
    check=check,
    operations=("lookup", "answer", "cold"),
    outcome_operation="lookup",
    operation_words={
        "lookup": "a key's value, from when it was due until it was there, asked again while "
        "nobody serves it",
        "answer": "the answer to a lookup, of a backend that was not started again: `bytes_up` is "
        "the backend's number; `empty`: the value came from the store",
        "cold": "the same of a backend that was started again, so that its cache began empty: "
        "`bytes_down` is how often",
    },
    noun=OutcomeNoun.of_work("lookup", "lookups", "answered"),
    work_by="clients",
    course=Course("cold", "found in the restarted backend's cache", "read from the store"),
    headline=(
        "latency_mean",
        "latency_p50",
        "latency_p99",
        "completeness",
        "warm_hit_share",
        "cold_hit_share",
        "warming_hit_share",
        "later_hit_share",
        "cold_misses_per_key",
        "cold_slowdown",
        "store_operations_per_lookup",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(("store_operations_per_lookup", "latency_mean"),),
    quick={
        "duration": "4s",
        "warmup": "300ms",
        "keys": "100",
        "lookup_rate": "300/s",
        "fault": "backend.0:restart@300ms",
    },
    quick_repeats=5,
    verify_with={},
)
