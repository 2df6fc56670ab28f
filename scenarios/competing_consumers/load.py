"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter

AT_ONCE, DRAINED = "at_once", "drained"
FIXED, EXPONENTIAL = "fixed", "exponential"
LEAST_BYTES = 40
"""What an item says of itself: its key, its number, its times."""

MOST_CONSUMERS = 64


@dataclass(frozen=True, kw_only=True)
class CompetingLoad:
    """Items that come at random times, each with a key, and what a consumer does with one."""

    item_rate_per_s: float = parameter(
        100.0, "/s", "items per second, at random times (Poisson)", low=0.1, high=5_000
    )
    keys: int = parameter(
        100, "", "keys; an item has one of them at random, all alike", low=1, high=100_000
    )
    service_time_s: float = parameter(
        0.02, "s", "time that a consumer takes for an item", low=0.0, high=60
    )
    service: str = parameter(
        EXPONENTIAL,
        "",
        "whether every item takes service_time, or an exponential time with that mean",
        choices=(FIXED, EXPONENTIAL),
    )
    prefetch: int = parameter(
        1, "", "items that the broker lets a consumer have unacknowledged", low=1, high=1_000
    )
    item_bytes: int = parameter(100, "B", "size of an item", low=LEAST_BYTES, high=1_000_000)
    added: int = parameter(
        0,
        "",
        "consumers that are added in the middle of the window; partitions by key get a queue with "
        "each",
        low=0,
        high=MOST_CONSUMERS,
    )
    hand_over: str = parameter(
        AT_ONCE,
        "",
        "how they are added: while items come and wait, or after the producer has paused until "
        "none waits",
        choices=(AT_ONCE, DRAINED),
    )


LOAD = LoadType(
    CompetingLoad,
    changes={"clients": Change(default=4, high=MOST_CONSUMERS, meaning="consumers at the start")},
    without=frozenset({"second_path"}),
)


def offered(load: Load[CompetingLoad]) -> float:
    """a: consumers that the items keep busy."""
    return load.own.item_rate_per_s * load.own.service_time_s


def check(load: Load[CompetingLoad]) -> None:
    """UsageError where there would be too many consumers."""
    total = load.window.clients + load.own.added
    if total > MOST_CONSUMERS:
        raise UsageError(
            f"clients={load.window.clients} and added={load.own.added}: each consumer has a "
            f"connection, and {MOST_CONSUMERS} are the most; use fewer"
        )
