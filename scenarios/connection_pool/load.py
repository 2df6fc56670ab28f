"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.load import Change, Load, LoadType, parameter
from bench.model.unit import BY_OUTCOME, Unit

MOST_CONNECTIONS = 250
"""The database admits 300."""


@dataclass(frozen=True, kw_only=True)
class PoolLoad:
    """Queries that reach the application, and how it is connected to its database."""

    arrivals: str = parameter(
        "bursts",
        "",
        "bursts of simultaneous queries, or single queries at random times (Poisson)",
        choices=("bursts", "steady"),
    )
    burst: int = parameter(50, "", "bursts: queries in a burst", low=1, high=5000)
    burst_interval_s: float = parameter(
        1.0, "s", "bursts: time between bursts, and before the first", low=0.001, high=3600
    )
    request_rate_per_s: float = parameter(
        100.0, "/s", "steady: queries per second and client", low=0.001, high=100_000
    )
    query_time_s: float = parameter(
        0.002, "s", "time that the database takes for a single query", low=0, high=60
    )
    service: str = parameter(
        "fixed",
        "",
        "whether every query takes query_time, or an exponential time with that mean",
        choices=("fixed", "exponential"),
    )
    work: str = parameter(
        "sleep",
        "",
        "what a query does: sleep (for the nearest whole millisecond), or compute: a fixed amount "
        "of work that keeps a core busy for about query_time",
        choices=("sleep", "compute"),
    )
    pool_size: int = parameter(
        5, "", "pool: maximum number of connections", low=1, high=MOST_CONNECTIONS
    )
    pool_ready: int = parameter(
        0, "", "pool: connections open before the first query; 0: all", low=0, high=250
    )
    connect_time_s: float = parameter(
        0.0, "s", "time added to opening a connection, as if the network were slow", low=0, high=60
    )


def unit_of(_: str, load: Load[PoolLoad]) -> Unit:
    """The queries of a burst wait for each other: a burst is one observation."""
    if load.own.arrivals != "bursts":
        return BY_OUTCOME
    return Unit(one="burst", many="bursts", successive=load.own.burst)


LOAD = LoadType(
    PoolLoad,
    changes={
        "clients": Change(
            default=1, high=10_000, meaning="clients; each sends its own bursts or queries"
        )
    },
    without=frozenset({"second_path"}),
    links=("services",),
)
