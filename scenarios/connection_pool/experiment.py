"""The experiment `connection_pool`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.model.outcome import OutcomeNoun
from scenarios.connection_pool._claim_laws import (
    burst_wait_ms,
    computing_makespan_ms,
    connecting_makespan_ms,
    pool_makespan_ms,
    pool_wait_max_ms,
    steady_wait_ms,
)
from scenarios.connection_pool._domains import BURST, COMPUTING, CONNECTING, STEADY
from scenarios.connection_pool.claims import CLAIMS, NORMAL
from scenarios.connection_pool.load import LOAD, unit_of

PREDICTIONS = (
    Law(
        "POOL-1",
        "ceil(n/K) S + A r/n",
        "K at a time, r in the last wave; checked by simulation; S and A as measured",
        "burst_makespan",
        ("pool",),
        pool_makespan_ms,
        BURST,
        ("burst_hold", "burst_arrival"),
    ),
    Law(
        "POOL-1",
        "mean of floor((j - 1)/K) S",
        "K at a time; checked by simulation; S as measured",
        "wait_mean",
        ("pool",),
        burst_wait_ms,
        BURST,
        ("burst_hold",),
    ),
    Law(
        "POOL-2",
        "C(K, a) S/(K - a), fixed S: about half",
        "Erlang C, Cosmetatos for M/D/K; checked by simulation; S as measured",
        "wait_mean",
        ("pool",),
        steady_wait_ms,
        STEADY,
        ("deliveries_per_s", "hold_mean"),
    ),
    Law(
        "POOL-1",
        "(ceil(n/K) - 1) S",
        "K at a time; checked by simulation; S as measured",
        "burst_wait_max",
        ("pool",),
        pool_wait_max_ms,
        BURST,
        ("burst_hold",),
    ),
    Law(
        "POOL-2",
        "n s/c",
        "one core computes one query at a time; s as measured",
        "burst_makespan",
        ("pool",),
        computing_makespan_ms,
        COMPUTING,
        ("server_cpu_us_per_event", "database_cpu_us_per_event", "backend_cores"),
    ),
    Law(
        "POOL-2",
        "t_c + S + n s/c",
        "all connect at once, one core serves them in turn; s as measured",
        "burst_makespan",
        ("per_request",),
        connecting_makespan_ms,
        CONNECTING,
        ("server_cpu_us_per_event", "database_cpu_us_per_event", "backend_cores"),
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
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
