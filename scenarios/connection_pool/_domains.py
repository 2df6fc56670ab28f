"""Where the laws of `connection_pool` claim to hold.  Pure, and data only."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.load import Load
from scenarios.connection_pool.load import PoolLoad

Asked = Load[PoolLoad]

_SHARED: Mapping[str, Wanted] = {
    "warmup": Free(0.3),
    "clients": (1,),
    "pool_size": Range(1, 50),
}
_BURSTS: Mapping[str, Wanted] = {
    **_SHARED,
    "arrivals": ("bursts",),
    "service": ("fixed",),
    "burst": Range(1, 200),
    "burst_interval": Range(0.2, 2.0),
    "request_rate": FREE,
}


def waves_s(load: Asked) -> float:
    """How long a burst lasts in the pool, at least."""
    return math.ceil(load.own.burst / load.own.pool_size) * load.own.query_time_s


def offered_share(load: Asked) -> float:
    """How busy the pool is."""
    return load.own.request_rate_per_s * load.own.query_time_s / load.own.pool_size


BURSTS_DO_NOT_MEET = Condition(
    "a burst is over in 60 % of the time until the next",
    lambda load: waves_s(load) <= 0.6 * load.own.burst_interval_s,
)
BURSTS = Units("bursts", 6, lambda load: 1 / load.own.burst_interval_s, at_most_s=15)

BURST = Domain(
    {
        **_BURSTS,
        "work": ("sleep",),
        "query_time": Range(0.005, 0.1),
        "connect_time": FREE,
    },
    where=(BURSTS_DO_NOT_MEET,),
    units=BURSTS,
)
STEADY = Domain(
    {
        **_SHARED,
        "arrivals": ("steady",),
        "service": ("fixed", "exponential"),
        "work": ("sleep",),
        "pool_size": Range(1, 10),
        "query_time": Range(0.005, 0.02),
        "request_rate": Range(20, 1000),
        "burst": FREE,
        "burst_interval": FREE,
        "connect_time": FREE,
    },
    where=(
        Condition(
            "the pool is busy for 50 to 80 % of the time",
            lambda load: 0.5 <= offered_share(load) <= 0.8,
        ),
    ),
    units=Units("queries", 2000, lambda load: load.own.request_rate_per_s),
)
COMPUTING = Domain(
    {
        **_BURSTS,
        "burst": Range(20, 200),
        "work": ("compute",),
        "query_time": (0.002,),
        "connect_time": FREE,
    },
    where=(
        Condition(
            "a burst is computed in 60 % of the time until the next",
            lambda load: load.own.burst * load.own.query_time_s <= 0.6 * load.own.burst_interval_s,
        ),
    ),
    units=BURSTS,
)
CONNECTING = Domain(
    {
        **_BURSTS,
        "pool_size": FREE,
        "burst": Range(1, 60),
        "burst_interval": Range(0.5, 2.0),
        "work": ("sleep",),
        "query_time": Range(0.005, 0.1),
        "connect_time": Range(0.0, 0.2),
    },
    units=BURSTS,
)
