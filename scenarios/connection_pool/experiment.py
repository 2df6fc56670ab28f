"""The experiment `connection_pool`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.connection_pool.load import LOAD, unit_of

EXPERIMENT = Experiment(
    name="connection_pool",
    title="Connections to a database",
    question="Many requests reach an application, and each needs the database: what does it "
    "cost to open a connection for every query, and how many should a pool keep?",
    load=LOAD,
    operations=("query", "wait", "hold"),
    outcome_operation="query",
    operation_words={
        "query": "a query, answered by the application",
        "wait": "a query waits for a connection to the database",
        "hold": "a query has its connection to the database",
    },
    noun=OutcomeNoun.of_work("query", "queries", "answered"),
    work_by="clients",
    unit_of=unit_of,
    headline=(
        "latency_mean",
        "latency_p50",
        "latency_p99",
        "completeness",
        "burst_makespan",
        "wait_mean",
        "wait_p99",
        "database_connections_per_query",
        "database_connections_most",
        "database_cpu_us_per_event",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(
        ("backend_cpu_us_per_event", "latency_mean"),
        ("database_connections_most", "latency_mean"),
    ),
    quick={"burst_interval": "500ms", "duration": "2s", "warmup": "500ms"},
    verify_with={"arrivals": "bursts", "burst": 1, "burst_interval_s": 0.05, "clients": 1},
)
