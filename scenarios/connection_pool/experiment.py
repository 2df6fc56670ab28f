"""The experiment `connection_pool`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.law import Prediction
from bench.model.outcome import OutcomeNoun
from scenarios.connection_pool._claim_laws import (
    computing_makespan_ms,
    connecting_makespan_ms,
    pool_makespan_ms,
    pool_wait_max_ms,
    pool_wait_ms,
)
from scenarios.connection_pool.claims import CLAIMS, NORMAL
from scenarios.connection_pool.load import LOAD

PREDICTIONS = (
    Prediction(
        "POOL-1",
        "ceil(n/K) S + A r/n",
        "K at a time, r in the last wave; checked by simulation; S and A as measured",
        "burst_makespan",
        ("pool",),
        pool_makespan_ms,
    ),
    Prediction(
        "POOL-1, POOL-2",
        "bursts: mean of floor((j - 1)/K) S; steady: C(K, a) S/(K - a), fixed S: about half",
        "K at a time; Erlang C, Cosmetatos for M/D/K; checked by simulation; S as measured",
        "wait_mean",
        ("pool",),
        pool_wait_ms,
    ),
    Prediction(
        "POOL-1",
        "(ceil(n/K) - 1) S",
        "K at a time; checked by simulation; S as measured",
        "burst_wait_max",
        ("pool",),
        pool_wait_max_ms,
    ),
    Prediction(
        "POOL-2",
        "n s/c",
        "one core computes one query at a time; s as measured",
        "burst_makespan",
        ("pool",),
        computing_makespan_ms,
    ),
    Prediction(
        "POOL-2",
        "t_c + S + n s/c",
        "all connect at once, one core serves them in turn; s as measured",
        "burst_makespan",
        ("per_request",),
        connecting_makespan_ms,
    ),
)


EXPERIMENT = Experiment(
    name="connection_pool",
    title="Connections to a database",
    question="Many requests reach an application, and each needs the database: what does it "
    "cost to open a connection for every query, and how many should a pool keep?",
    load=LOAD,
    operations=("query", "wait", "hold"),
    outcome_operation="query",
    noun=OutcomeNoun.of_work("query", "queries", "answered"),
    work_by="clients",
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
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
