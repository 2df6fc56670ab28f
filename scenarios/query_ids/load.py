"""The load: the experiment's own parameters, and what they make of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

LONGEST_WAIT_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class QueryLoad:
    """Queries that come at random times, and a server that answers each in its own time."""

    query_rate_per_s: float = parameter(
        300.0, "/s", "queries per second over all clients, Poisson", low=0.001, high=100_000
    )
    answer_time_s: float = parameter(
        0.03,
        "s",
        "what the server takes for a query, on average: uniform from 0 to twice that, so that "
        "answers overtake each other",
        low=0,
        high=60,
    )
    retry_after_s: float = parameter(
        0.3,
        "s",
        "UDP: how long a client waits before it sends a query again; twice as long after each "
        "further try",
        low=0.001,
        high=60,
    )
    tries: int = parameter(6, "", "UDP: how often a query is sent at most", low=1, high=16)
    ids: int = parameter(
        65_536, "", "UDP: how many ids a client has; it draws one at random", low=2, high=65_536
    )
    checks: str = parameter(
        "all",
        "",
        "UDP: what a client compares before it takes an answer: id, address and question (all), "
        "or the id only",
        choices=("all", "id"),
    )
    forged_share: float = parameter(
        0.0,
        "%",
        "UDP: share of the queries to which two forged answers come before the right one: one with "
        "the right id from another address, one with another id from the server's own",
        low=0,
        high=1,
    )
    forged_id: str = parameter(
        "wrong",
        "",
        "the id of a forged answer that has the server's address: never the right one, or guessed "
        "(one of `ids` at random)",
        choices=("wrong", "guessed"),
    )


LOAD = LoadType(
    QueryLoad,
    changes={
        "clients": Change(
            default=10, high=10_000, meaning="clients; each has one UDP socket or TCP connection"
        )
    },
    without=frozenset({"second_path"}),
)


def patience_s(load: Load[QueryLoad]) -> float:
    """How long until a query without an answer is given up."""
    return load.own.retry_after_s * (2.0**load.own.tries - 1)


def check(load: Load[QueryLoad]) -> None:
    """UsageError where a query would be sent again for longer than anybody waits."""
    own = load.own
    if patience_s(load) > LONGEST_WAIT_S:
        raise UsageError(
            f"retry_after={show(own.retry_after_s, 's')} and tries={own.tries}: a query would "
            f"be given up after {show(patience_s(load), 's')}; shorten either"
        )
