"""Where the laws of `connection_pool` claim to hold.  Pure, and data only."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.load import Load
from scenarios.connection_pool import laws
from scenarios.connection_pool._planned import whole_ms
from scenarios.connection_pool.load import MOST_CONNECTIONS, PoolLoad

Asked = Load[PoolLoad]

QUERY_CPU_S = 0.0006
"""What application and database compute for a query that sleeps, at most."""

CONNECTING_CPU_S = 0.006
"""The same for one with a connection of its own, at most."""

SLEEPS_S = 0.00015
"""What one query of a burst that connects may sleep, by the burst's size: others have the core."""

_SHARED: Mapping[str, Wanted] = {
    "warmup": Free(0.3),
    "clients": (1,),
    "pool_size": Range(1, 50),
    "connect_time": FREE,
}
_BURSTS: Mapping[str, Wanted] = {
    **_SHARED,
    "arrivals": ("bursts",),
    "service": ("fixed",),
    "burst_interval": Range(0.2, 4.0),
    "request_rate": FREE,
}


def service_s(load: Asked) -> float:
    """For how long a query that sleeps has its connection, on average."""
    is_fixed = load.own.service == "fixed"
    query_s = whole_ms(load.own.query_time_s) if is_fixed else load.own.query_time_s
    return query_s + QUERY_CPU_S


def waves_s(load: Asked) -> float:
    """How long a burst lasts in the pool, about."""
    return math.ceil(load.own.burst / load.own.pool_size) * service_s(load)


def queries_per_s(load: Asked) -> float:
    """How many arrive in a second at random times."""
    return load.own.request_rate_per_s * load.window.clients


def busy_share(load: Asked) -> float:
    """How busy the pool is."""
    return queries_per_s(load) * service_s(load) / load.own.pool_size


def expected_wait_s(load: Asked) -> float:
    """About how long queries wait: by Erlang's formula, or about half of it."""
    law = laws.steady_wait_mean_fixed if load.own.service == "fixed" else laws.steady_wait_mean
    return law(queries_per_s(load), service_s(load), load.own.pool_size)


BURSTS = Units("bursts", 5, lambda load: 1 / load.own.burst_interval_s, at_most_s=20)


def is_over(most_s: float, load: Asked) -> bool:
    return most_s <= 0.6 * load.own.burst_interval_s


CORE_IS_FREE = Condition(
    f"the pool's queries, {QUERY_CPU_S * 1e3:g} ms of CPU each, compute for at most 40 % of the "
    "time that one takes",
    lambda load: load.own.pool_size * QUERY_CPU_S <= 0.4 * load.own.query_time_s,
)
BURST = Domain(
    {
        **_BURSTS,
        "work": ("sleep",),
        "burst": Range(2, 500),
        "query_time": Range(0.005, 0.1),
    },
    where=(
        Condition("at least two waves", lambda load: load.own.burst >= 2 * load.own.pool_size),
        CORE_IS_FREE,
        Condition(
            "a burst is over in 60 % of the time until the next",
            lambda load: is_over(waves_s(load), load),
        ),
    ),
    units=BURSTS,
)
STEADY = Domain(
    {
        **_SHARED,
        "clients": Range(1, 20),
        "arrivals": ("steady",),
        "service": ("fixed", "exponential"),
        "work": ("sleep",),
        "query_time": Range(0.005, 0.05),
        "request_rate": Range(1, 1000),
        "burst": FREE,
        "burst_interval": FREE,
    },
    where=(
        Condition(
            "the pool is at most 85 % busy",
            lambda load: busy_share(load) <= 0.85,
        ),
        Condition(
            "queries wait for at least 1 ms on average, by Erlang's formula",
            lambda load: expected_wait_s(load) >= 0.001,
        ),
        Condition(
            "at most 500 queries per second: they leave the core idle for 70 % of the time",
            lambda load: queries_per_s(load) <= 500,
        ),
    ),
    units=Units(
        "queries",
        600,
        queries_per_s,
        at_least_s=3,
        at_most_s=20,
    ),
)
COMPUTING = Domain(
    {
        **_BURSTS,
        "pool_size": Range(1, 100),
        "work": ("compute",),
        "burst": Range(20, 200),
        "query_time": Range(0.001, 0.01),
    },
    where=(
        Condition(
            "a burst is computed in 60 % of the time until the next",
            lambda load: is_over(load.own.burst * (2 * load.own.query_time_s + QUERY_CPU_S), load),
        ),
    ),
    units=BURSTS,
)
CONNECTING = Domain(
    {
        **_BURSTS,
        "pool_size": FREE,
        "work": ("sleep",),
        "burst": Range(20, 200),
        "query_time": Range(0.001, 0.03),
        "connect_time": Range(0.0, 0.2, evenly=True),
    },
    where=(
        Condition(
            "a query's own time is at most 0.15 ms for each query of the burst: 5 % of the time "
            "for which the burst keeps the core",
            lambda load: load.own.query_time_s <= SLEEPS_S * load.own.burst,
        ),
        Condition(
            f"at most {MOST_CONNECTIONS} connections at once",
            lambda load: load.own.burst <= MOST_CONNECTIONS,
        ),
        Condition(
            "a burst is over in 60 % of the time until the next",
            lambda load: is_over(
                load.own.connect_time_s + load.own.query_time_s + load.own.burst * CONNECTING_CPU_S,
                load,
            ),
        ),
    ),
    units=BURSTS,
)
