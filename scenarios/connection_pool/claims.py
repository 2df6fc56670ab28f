"""The claims of `connection_pool`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
laws.py.  Numbers (bounds, tolerances, levels) stand here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup
from bench.model.law import Facts
from bench.model.load import Load
from bench.verdicts.rules import AgreesWithLaw, AllOf, Ratio, Threshold
from bench.verdicts.trends import Crossover
from scenarios.connection_pool import laws
from scenarios.connection_pool.load import PoolLoad

POOL, PER_REQUEST = "pool", "per_request"

BRIEF = {"warmup": "300ms", "burst": "50", "pool_size": "5"}
SLEEPS = {**BRIEF, "query_time": "20ms"}
SMALL_POOLS = ClaimSetup(
    (POOL,), {**SLEEPS, "pool_size": "1,2", "burst_interval": "1200ms", "duration": "3600ms"}
)
LARGE_POOLS = ClaimSetup(
    (POOL,), {**SLEEPS, "pool_size": "5,20,50", "burst_interval": "300ms", "duration": "2s"}
)
BURST_SIZES = ClaimSetup(
    (POOL,), {**SLEEPS, "burst": "5,10,20,40", "burst_interval": "300ms", "duration": "2s"}
)
STEADY = ClaimSetup(
    (POOL,),
    {
        **BRIEF,
        "arrivals": "steady",
        "query_time": "5ms",
        "request_rate": "600/s",
        "service": "fixed,exponential",
        "duration": "15s",
    },
)
LENGTHS = ClaimSetup(
    (POOL, PER_REQUEST),
    {**BRIEF, "query_time": "2ms,20ms,100ms", "burst_interval": "1200ms", "duration": "2400ms"},
)
ALONE = ClaimSetup(
    (POOL, PER_REQUEST),
    {**BRIEF, "query_time": "2ms", "burst": "1", "burst_interval": "20ms", "duration": "2s"},
)
FAR = ClaimSetup(
    (POOL, PER_REQUEST),
    {
        **BRIEF,
        "query_time": "2ms",
        "connect_time": "150ms",
        "burst_interval": "500ms",
        "duration": "2s",
    },
)
COMPUTING = ClaimSetup(
    (POOL,),
    {
        **BRIEF,
        "work": "compute",
        "pool_size": "1,2,5,20,50",
        "burst_interval": "300ms",
        "duration": "2s",
    },
)
COMPUTING_STEADILY = ClaimSetup(
    (POOL,),
    {
        **BRIEF,
        "work": "compute",
        "pool_size": "2,50",
        "arrivals": "steady",
        "request_rate": "270/s",
        "duration": "6s",
    },
)

NORMAL: Mapping[str, Any] = {
    "clients": 1,
    "arrivals": "bursts",
    "service": "fixed",
    "work": "sleep",
    "connect_time": 0,
    "pool_ready": 0,
    "fault": "",
}
"""What holds for evidence where a rule does not ask for something else."""


# --- the laws for a load, with measured facts; NaN where a law does not speak ---------------


def _core_time_s(load: Load[PoolLoad], facts: Facts) -> float:
    """What application and database need for a whole burst on the cores that they share: n s/c."""
    cost_us = facts["server_cpu_us_per_event"] + facts["database_cpu_us_per_event"]
    return laws.computing_makespan(load.own.burst, cost_us / 1e6, int(facts["backend_cores"]))


def _service_s(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1's S: bursts of one client, nobody computes, and the pool does not grow; else NaN."""
    is_simple = (
        load.own.arrivals == "bursts" and load.own.service == "fixed" and load.own.work == "sleep"
    )
    is_grown = load.own.pool_ready in (0, load.own.pool_size)
    return (
        facts["burst_hold"] / 1e3
        if is_simple and is_grown and load.window.clients == 1
        else math.nan
    )


def pool_makespan_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1, and the time in which the burst arrives."""
    service_s, arrival_s = _service_s(load, facts), facts["burst_arrival"] / 1e3
    return laws.burst_makespan(load.own.burst, load.own.pool_size, service_s, arrival_s) * 1e3


def pool_wait_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1 for bursts, Erlang's formula for a steady load that sleeps."""
    if load.own.arrivals == "bursts":
        service_s = _service_s(load, facts)
        return laws.burst_wait_mean(load.own.burst, load.own.pool_size, service_s) * 1e3 or math.nan
    if load.own.work != "sleep" or load.window.clients != 1:
        return math.nan
    law = (
        laws.steady_wait_mean if load.own.service == "exponential" else laws.steady_wait_mean_fixed
    )
    # The rate as it came out: in seconds, chance is far from its mean.
    return law(facts["deliveries_per_s"], facts["hold_mean"] / 1e3, load.own.pool_size) * 1e3


def pool_wait_max_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1: the last of a burst."""
    service_s = _service_s(load, facts)
    return laws.burst_wait_max(load.own.burst, load.own.pool_size, service_s) * 1e3 or math.nan


def computing_makespan_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-2 where queries keep the core busy."""
    if load.own.arrivals != "bursts" or load.own.work != "compute" or load.window.clients != 1:
        return math.nan
    return _core_time_s(load, facts) * 1e3


def connecting_makespan_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-2 where every query connects."""
    if load.own.arrivals != "bursts" or load.own.service != "fixed" or load.window.clients != 1:
        return math.nan
    service_s = load.own.query_time_s if load.own.work == "sleep" else 0.0
    cores_s = _core_time_s(load, facts)
    return laws.connecting_makespan(load.own.connect_time_s, service_s, cores_s) * 1e3


def _lengths_break_even(load: Load[PoolLoad], _: Facts, new: Facts) -> float:
    """POOL-2: what a new connection adds to a query, against the waits of POOL-1."""
    added_s = (new["wait_mean"] + new["hold_mean"]) / 1e3 - load.own.query_time_s
    return laws.break_even_service(load.own.burst, load.own.pool_size, added_s)


SHORT = {"query_time": 0.002, "pool_size": 5}
LONG = {"query_time": 0.02}
BURST = {**SHORT, "burst": 50}
SINGLE = {**SHORT, "burst": 1}
COMPUTE = {"work": "compute", "query_time": 0.002, "burst": 50}
COMPUTE_STEADY = {"work": "compute", "query_time": 0.002, "arrivals": "steady"}

CLAIMS = (
    Claim(
        "D1",
        "A query waits when every connection is busy, and only then",
        (SMALL_POOLS, LARGE_POOLS, BURST_SIZES),
        AllOf(
            (
                Threshold(
                    "wait_max",
                    "ms",
                    POOL,
                    at_most=2,
                    where={**LONG, "burst": 5, "pool_size": 5},
                ),
                AgreesWithLaw(
                    "wait_max",
                    "ms",
                    POOL,
                    pool_wait_max_ms,
                    "POOL-1",
                    0.05,
                    {**LONG, "burst": lambda count: count > 5, "pool_size": 5},
                ),
                AgreesWithLaw(
                    "burst_makespan",
                    "ms",
                    POOL,
                    pool_makespan_ms,
                    "POOL-1",
                    0.05,
                    {**LONG, "burst": 50},
                ),
            )
        ),
        "POOL-1",
    ),
    Claim(
        "D1b",
        "Queries that come at random wait before the pool is used up; equal ones half as long as "
        "ones of random length",
        (STEADY,),
        AllOf(
            tuple(
                AgreesWithLaw(
                    "wait_mean",
                    "ms",
                    POOL,
                    pool_wait_ms,
                    "POOL-2",
                    0.25,
                    {"arrivals": "steady", "query_time": 0.005, "service": service},
                )
                for service in ("fixed", "exponential")
            )
        ),
        "POOL-2",
    ),
    Claim(
        "D2",
        "A pool beats a connection per request for short queries: latency and database CPU",
        (LENGTHS, ALONE, FAR),
        AllOf(
            (
                Threshold(
                    "database_connections_per_query",
                    "",
                    PER_REQUEST,
                    at_least=1,
                    at_most=1,
                    where=BURST,
                ),
                Threshold("database_connections_per_query", "", POOL, at_most=0, where=BURST),
                Ratio("latency_mean", POOL, PER_REQUEST, below=0.5, where=BURST),
                Ratio("latency_p50", POOL, PER_REQUEST, below=0.8, where=SINGLE),
                Ratio("database_cpu_us_per_event", POOL, PER_REQUEST, below=0.2, where=BURST),
                Ratio("database_cpu_us_per_event", POOL, PER_REQUEST, below=0.2, where=SINGLE),
                Threshold(
                    "wait_p50",
                    "ms",
                    PER_REQUEST,
                    at_least=150,
                    where={**BURST, "connect_time": 0.15},
                ),
                Ratio(
                    "burst_makespan",
                    POOL,
                    PER_REQUEST,
                    below=0.2,
                    where={**BURST, "connect_time": 0.15},
                ),
            )
        ),
        "POOL-2",
    ),
    Claim(
        "D2b",
        "A pool of five beats a connection per request however long its queries are",
        (LENGTHS,),
        Crossover(
            "latency_mean",
            POOL,
            PER_REQUEST,
            "query_time",
            _lengths_break_even,
            "POOL-2",
            where={"burst": 50, "pool_size": 5},
        ),
        "POOL-1, POOL-2",
    ),
    Claim(
        "D3",
        "A bigger pool is not a faster pool",
        (COMPUTING, COMPUTING_STEADILY, LARGE_POOLS),
        AllOf(
            (
                *(
                    Ratio(
                        "burst_queries_per_s",
                        POOL,
                        POOL,
                        below=1.25,
                        where={**work, "pool_size": 50},
                        other_where={**work, "pool_size": 5},
                    )
                    for work in (COMPUTE, {**LONG, "burst": 50})
                ),
                Ratio(
                    "latency_p99",
                    POOL,
                    POOL,
                    above=1,
                    where={**COMPUTE_STEADY, "pool_size": 50},
                    other_where={**COMPUTE_STEADY, "pool_size": 2},
                ),
            )
        ),
        "POOL-2",
    ),
)
