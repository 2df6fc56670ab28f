"""The claims of `connection_pool`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in laws.py, those
for a load in _claim_laws.py.  Numbers (bounds, tolerances, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, EveryTrial, Threshold
from bench.verdicts.trends import Crossover
from scenarios.connection_pool._claim_laws import (
    lengths_break_even,
    pool_makespan_ms,
    pool_wait_max_ms,
    pool_wait_ms,
)

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
FAR_DATABASE = ClaimSetup(
    (POOL, PER_REQUEST),
    {
        **BRIEF,
        "query_time": "2ms",
        "burst": "1",
        "burst_interval": "250ms",
        "duration": "5s",
        "services_link": "emulated",
        "services_rtt": "20ms",
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
    "services_link": "loopback",
    "pool_ready": 0,
    "fault": "",
}
"""What holds for evidence where a rule does not ask for something else."""


SHORT = {"query_time": 0.002, "pool_size": 5}
LONG = {"query_time": 0.02}
BURST = {**SHORT, "burst": 50}
SINGLE = {**SHORT, "burst": 1}
OVER_A_LINK = {**SINGLE, "services_link": "emulated", "services_rtt": 0.02}
SLOW_TO_CONNECT = {**BURST, "connect_time": 0.15}
MORE_THAN_THE_POOL = {**LONG, "burst": lambda count: count > 5, "pool_size": 5}
COMPUTE = {"work": "compute", "query_time": 0.002, "burst": 50}
COMPUTE_STEADY = {"work": "compute", "query_time": 0.002, "arrivals": "steady"}

ONE_WAVE = Band(0.05, "one wave of ten more or less is 10 %")

CLAIMS = (
    Claim(
        "D1",
        "A query waits when every connection is busy, and only then",
        (SMALL_POOLS, LARGE_POOLS, BURST_SIZES),
        AllOf(
            (
                Threshold(
                    "burst_wait_max",
                    "ms",
                    POOL,
                    at_most=2,
                    where={**LONG, "burst": 5, "pool_size": 5},
                ),
                AgreesWithLaw(
                    "burst_wait_max",
                    "ms",
                    POOL,
                    pool_wait_max_ms,
                    "POOL-1",
                    MORE_THAN_THE_POOL,
                    ONE_WAVE,
                ),
                AgreesWithLaw(
                    "burst_makespan",
                    "ms",
                    POOL,
                    pool_makespan_ms,
                    "POOL-1",
                    {**LONG, "burst": 50},
                    ONE_WAVE,
                ),
            )
        ),
        "POOL-1",
        must_see=(
            MustSee("queries_that_waited", 50, (POOL,), "waiting queries", MORE_THAN_THE_POOL),
        ),
    ),
    Claim(
        "D1b",
        "Queries that arrive at random wait even before the pool is exhausted; queries of equal "
        "length wait half as long as queries of random length",
        (STEADY,),
        AllOf(
            tuple(
                AgreesWithLaw(
                    "wait_mean",
                    "ms",
                    POOL,
                    pool_wait_ms,
                    "POOL-2",
                    {"arrivals": "steady", "query_time": 0.005, "service": service},
                    Band(0.25, "the mean wait of random arrivals is no better known after 15 s"),
                )
                for service in ("fixed", "exponential")
            )
        ),
        "POOL-2",
    ),
    Claim(
        "D2",
        "For short queries a pool beats a connection per request, in latency and in database CPU",
        (LENGTHS, ALONE, FAR, FAR_DATABASE),
        AllOf(
            (
                Ratio("latency_mean", POOL, PER_REQUEST, below=0.5, where=BURST),
                Ratio("latency_p50", POOL, PER_REQUEST, below=0.8, where=SINGLE),
                Ratio("database_cpu_us_per_event", POOL, PER_REQUEST, below=0.2, where=BURST),
                Ratio("database_cpu_us_per_event", POOL, PER_REQUEST, below=0.2, where=SINGLE),
                Ratio(
                    "burst_makespan",
                    POOL,
                    PER_REQUEST,
                    below=0.2,
                    where=SLOW_TO_CONNECT,
                ),
                Ratio("latency_p50", POOL, PER_REQUEST, below=0.5, where=OVER_A_LINK),
            )
        ),
        "POOL-2",
        preconditions=(
            EveryTrial(
                "database_connections_per_query",
                "",
                PER_REQUEST,
                at_least=1,
                at_most=1,
                where=BURST,
            ),
            EveryTrial("database_connections_per_query", "", POOL, at_most=0, where=BURST),
            EveryTrial("wait_p50", "ms", PER_REQUEST, at_least=150, where=SLOW_TO_CONNECT),
            # To connect takes at least the handshakes of TCP and of the database.
            EveryTrial("wait_p50", "ms", PER_REQUEST, at_least=40, where=OVER_A_LINK),
        ),
    ),
    Claim(
        "D2b",
        "A pool of five beats a connection per request, however long the queries are",
        (LENGTHS,),
        Crossover(
            "latency_mean",
            POOL,
            PER_REQUEST,
            "query_time",
            lengths_break_even,
            "POOL-2",
            where={"burst": 50, "pool_size": 5},
            facts_at={"query_time": 0.002},
        ),
        "POOL-1, POOL-2",
    ),
    Claim(
        "D3",
        "A larger pool is not a faster pool",
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
