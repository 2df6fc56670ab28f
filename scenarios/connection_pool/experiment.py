"""The experiment `connection_pool`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.experiment import Experiment
from bench.model.law import Prediction
from bench.model.load import Load, parameter
from scenarios.connection_pool.claims import (
    CLAIMS,
    NORMAL,
    computing_makespan_ms,
    connecting_makespan_ms,
    pool_makespan_ms,
    pool_wait_max_ms,
    pool_wait_ms,
)


@dataclass(frozen=True, kw_only=True)
class PoolLoad(Load):
    """Queries that reach the application, and how it is connected to its database."""

    clients: int = parameter(
        1, "", "clients; each sends bursts (or queries) of its own", low=1, high=10_000
    )
    arrivals: str = parameter(
        "bursts",
        "",
        "bursts of queries at once, or single ones at random times (Poisson)",
        choices=("bursts", "steady"),
    )
    burst: int = parameter(50, "", "bursts: queries at once", low=1, high=5000)
    burst_interval_s: float = parameter(
        1.0, "s", "bursts: time between two; the first comes after one", low=0.001, high=3600
    )
    request_rate_per_s: float = parameter(
        100.0, "/s", "steady: queries per second of a client", low=0.001, high=100_000
    )
    query_time_s: float = parameter(
        0.002, "s", "time that the database takes for a query, alone", low=0, high=60
    )
    service: str = parameter(
        "fixed",
        "",
        "whether every query takes that time, or exponential times with that mean",
        choices=("fixed", "exponential"),
    )
    work: str = parameter(
        "sleep",
        "",
        "what a query does: sleep, in whole milliseconds, or compute: a fixed amount of work that "
        "keeps a core busy for about query_time",
        choices=("sleep", "compute"),
    )
    pool_size: int = parameter(5, "", "pool: connections at most", low=1, high=250)
    pool_ready: int = parameter(
        0, "", "pool: connections open before the first query; 0: all", low=0, high=250
    )
    connect_time_s: float = parameter(
        0.0, "s", "time added to each new connection, as by a far network", low=0, high=60
    )


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
        "wait_max",
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
    question="Many requests reach an application that needs its database for each: what does it "
    "cost to open a connection for every query, and how many should a pool keep?",
    load=PoolLoad,
    operations=("query", "wait", "hold"),
    outcome_operation="query",
    piece="query",
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
