"""The claims of `connection_pool`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
predictions.py.  Numbers (bounds, tolerances, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.best import BestLevel
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, EveryTrial, Threshold
from bench.verdicts.trends import Crossover
from scenarios.connection_pool.predictions import (
    BURST_MAKESPAN,
    BURST_WAIT_MAX,
    CONNECTING_MAKESPAN,
    STEADY_WAIT,
    lengths_break_even,
)

POOL, PER_REQUEST = "pool", "per_request"

BRIEF = {"warmup": "300ms", "burst": "50", "pool_size": "5"}
WAVES = {**BRIEF, "query_time": "10ms", "burst_interval": "1s", "duration": "2s"}
POOL_SIZES = ClaimSetup((POOL,), {**WAVES, "pool_size": "1,2,5"})
BURST_SIZES = ClaimSetup((POOL,), {**WAVES, "burst": "5,10,40"})
STEADY = ClaimSetup(
    (POOL,),
    {
        **BRIEF,
        "pool_size": "2",
        "arrivals": "steady",
        "query_time": "10ms",
        "request_rate": "140/s",
        "service": "fixed,exponential",
        "duration": "12s",
    },
)
LENGTHS = ClaimSetup(
    (POOL, PER_REQUEST),
    {
        **BRIEF,
        "query_time": "2ms,8ms,16ms,32ms,64ms",
        "burst_interval": "1100ms",
        "duration": "2200ms",
    },
)
ALONE = ClaimSetup(
    (POOL, PER_REQUEST),
    {**BRIEF, "query_time": "2ms", "burst": "1", "burst_interval": "20ms", "duration": "1s"},
)
SLOW = ClaimSetup(
    (POOL, PER_REQUEST),
    {
        **BRIEF,
        "query_time": "2ms",
        "connect_time": "150ms",
        "burst_interval": "700ms",
        "duration": "1400ms",
    },
)
FAR = ClaimSetup(
    (POOL, PER_REQUEST),
    {
        **BRIEF,
        "query_time": "2ms",
        "burst": "1",
        "burst_interval": "200ms",
        "duration": "2500ms",
        "services_link": "emulated",
        "services_rtt": "20ms",
    },
)
COMPUTING = ClaimSetup(
    (POOL,),
    {
        **BRIEF,
        "work": "compute",
        "query_time": "2ms",
        "burst": "200",
        "pool_size": "1,2,5,10,20,50,100,200",
        "burst_interval": "900ms",
        "duration": "1800ms",
    },
)
COMPUTING_STEADILY = ClaimSetup(
    (POOL,),
    {
        **BRIEF,
        "work": "compute",
        "query_time": "2ms",
        "pool_size": "1,5,20,200",
        "arrivals": "steady",
        "request_rate": "250/s",
        "duration": "4s",
    },
)
SLEEPING = ClaimSetup(
    (POOL,),
    {
        **BRIEF,
        "query_time": "20ms",
        "burst": "100",
        "pool_size": "5,100",
        "burst_interval": "800ms",
        "duration": "1600ms",
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
BURST = {**SHORT, "burst": 50}
SINGLE = {**SHORT, "burst": 1}
OVER_A_LINK = {**SINGLE, "services_link": "emulated", "services_rtt": 0.02}
SLOW_TO_CONNECT = {**BURST, "connect_time": 0.15}
TENS = {"query_time": 0.01}
MORE_THAN_THE_POOL = {**TENS, "burst": lambda count: count > 5}
AT_RANDOM = {**TENS, "arrivals": "steady", "pool_size": 2}
EVERY_LENGTH = {"burst": 50, "pool_size": 5}
COMPUTE = {"work": "compute", "query_time": 0.002, "burst": 200}
COMPUTE_STEADY = {"work": "compute", "query_time": 0.002, "arrivals": "steady"}
SLEEP = {"query_time": 0.02, "burst": 100}

ONE_WAVE = Band(0.05, "one wave of ten more or less is 10 %")
RECOMMENDED = 5
"""Connections for two cores and one disk, by the rule of thumb 2 cores + disks."""

CLAIMS = (
    Claim(
        "D1",
        "A query waits when every connection is busy, and only then",
        (POOL_SIZES, BURST_SIZES, STEADY),
        AllOf(
            (
                *(
                    Threshold("waited_when_busy_share", "", POOL, at_least=0.9, where=where)
                    for where in (MORE_THAN_THE_POOL, AT_RANDOM)
                ),
                *(
                    Threshold("waited_when_free_share", "", POOL, at_most=0.1, where=where)
                    for where in (TENS, AT_RANDOM)
                ),
                AgreesWithLaw(
                    "burst_wait_max",
                    "ms",
                    POOL,
                    BURST_WAIT_MAX,
                    "POOL-1",
                    MORE_THAN_THE_POOL,
                    ONE_WAVE,
                ),
                AgreesWithLaw(
                    "burst_makespan",
                    "ms",
                    POOL,
                    BURST_MAKESPAN,
                    "POOL-1",
                    {**TENS, "burst": 50},
                    ONE_WAVE,
                ),
            )
        ),
        "POOL-1",
        must_see=tuple(
            MustSee("queries_that_waited", 50, (POOL,), "waiting queries", where)
            for where in (MORE_THAN_THE_POOL, AT_RANDOM)
        ),
    ),
    Claim(
        "D1b",
        "Queries that arrive at random wait even before the pool is exhausted; queries of equal "
        "length wait half as long as queries of random length",
        (STEADY,),
        AllOf(
            (
                AgreesWithLaw("wait_mean", "ms", POOL, STEADY_WAIT, "POOL-3", AT_RANDOM),
                Ratio(
                    "wait_mean",
                    POOL,
                    POOL,
                    above=0.4,
                    below=0.65,
                    where={**AT_RANDOM, "service": "fixed"},
                    other_where={**AT_RANDOM, "service": "exponential"},
                ),
            )
        ),
        "POOL-3",
        # Of two connections less than two are in use on average.
        preconditions=(EveryTrial("pool_busy_share", "", POOL, at_most=0.9, where=AT_RANDOM),),
        must_see=(MustSee("queries_that_waited", 500, (POOL,), "waiting queries", AT_RANDOM),),
    ),
    Claim(
        "D2",
        "For short queries a pool beats a connection per request, in latency and in database CPU",
        (LENGTHS, ALONE, SLOW, FAR),
        AllOf(
            (
                Ratio("latency_mean", POOL, PER_REQUEST, below=0.5, where=BURST),
                Ratio("latency_p50", POOL, PER_REQUEST, below=0.8, where=SINGLE),
                Ratio("latency_p50", POOL, PER_REQUEST, below=0.5, where=OVER_A_LINK),
                Ratio("burst_makespan", POOL, PER_REQUEST, below=0.2, where=SLOW_TO_CONNECT),
                *(
                    Ratio("database_cpu_us_per_event", POOL, PER_REQUEST, below=0.2, where=where)
                    for where in (BURST, SINGLE, OVER_A_LINK)
                ),
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
            EveryTrial("wait_mean", "ms", PER_REQUEST, at_least=150, where=SLOW_TO_CONNECT),
            # To connect takes at least the handshakes of TCP and of the database.
            EveryTrial("wait_mean", "ms", PER_REQUEST, at_least=40, where=OVER_A_LINK),
        ),
    ),
    Claim(
        "D2b",
        "A pool of five beats a connection per request, however long the queries are",
        (LENGTHS,),
        Crossover(
            "burst_makespan",
            POOL,
            PER_REQUEST,
            "query_time",
            lengths_break_even,
            "POOL-2",
            where=EVERY_LENGTH,
            form="straight",
            facts_at={"query_time": 0.008},
            other_facts_at={"query_time": 0.002},
            calibrated_by=(BURST_MAKESPAN, CONNECTING_MAKESPAN),
        ),
        "POOL-1, POOL-2",
    ),
    Claim(
        "D3",
        "A larger pool is not a faster pool",
        (COMPUTING, COMPUTING_STEADILY, SLEEPING),
        AllOf(
            (
                *(
                    BestLevel(
                        "burst_queries_per_s", POOL, "pool_size", RECOMMENDED, "higher", where=where
                    )
                    for where in (COMPUTE, SLEEP)
                ),
                BestLevel(
                    "latency_p99", POOL, "pool_size", RECOMMENDED, "lower", where=COMPUTE_STEADY
                ),
            )
        ),
        "POOL-2",
    ),
)
