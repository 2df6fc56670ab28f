"""The experiment `query_ids`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.query_ids.load import LOAD, check, patience_s

EXPERIMENT = Experiment(
    name="query_ids",
    title="Queries and their ids",
    question="A client asks a name server many things at once, over a network that loses packets: "
    "which answer belongs to which query, and what does it cost to know that without a connection?",
    load=LOAD,
    check=check,
    operations=("query", "request", "late", "forged", "stranger", "wrong"),
    outcome_operation="query",
    operation_words={
        "query": "one query, from when it is due until an answer was taken for it. `first_byte_ns` "
        "is when it was first sent and the time that its answer takes the server. `failed`: given "
        "up after the last try",
        "request": "a query is sent, for the first time or again",
        "late": "a right answer to a query that has its answer already, or was given up: refused. "
        "`sequence` counts what this client refused",
        "forged": "an answer with an id or a question that nobody asks just now: refused",
        "stranger": "an answer from an address that was not asked: refused",
        "wrong": "an answer that was taken for a query and is not the right one; `sequence` is "
        "that of the query",
    },
    noun=OutcomeNoun.of_work("query", "queries", "answered"),
    account=(
        ("first_share", "answered at once"),
        ("again_share", "answered after it was sent again"),
        ("wrong_share", "answered wrongly"),
        ("unanswered_share", "not answered"),
    ),
    work_by="clients",
    headline=(
        "latency_mean",
        "latency_p99",
        "completeness",
        "overtaking_share",
        "wrong_answers",
        "late_refused",
        "forged_refused",
        "strangers_refused",
        "retries_per_query",
        "held_up_share",
        "setups_per_query",
        "wire_bytes_per_event",
        "server_cpu_us_per_event",
    ),
    tradeoff=(("wire_bytes_per_event", "latency_mean"), ("server_cpu_us_per_event", "latency_p99")),
    quick={
        "duration": "3s",
        "warmup": "300ms",
        "link": "emulated",
        "rtt": "20ms",
        "loss": "5%",
        "retry_after": "60ms",
        "forged_share": "10%",
    },
    quick_repeats=5,
    verify_with={"forged_share": 0.0},
    patience_s=lambda load: load.window.drain_s + patience_s(load),
)
