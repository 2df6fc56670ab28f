"""What a trial's clients ask for, and when: known from the load and the seed before it begins.

The clients send by it and the laws reckon with it, so that no law needs to measure arrivals.
Pure: no clock; offsets in nanoseconds count from the start of the warm-up.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, takewhile

from bench.model.load import Load
from bench.plan import arrivals
from scenarios.connection_pool.load import PoolLoad

SECOND_NS = arrivals.SECOND_NS


def times_ns(load: Load[PoolLoad], seed: int, client: int) -> Iterator[int]:
    """When a client sends its queries."""
    own = load.own
    if own.arrivals == "steady":
        return arrivals.poisson(own.request_rate_per_s, seed + client)
    return arrivals.bursts(own.burst, round(own.burst_interval_s * SECOND_NS))


def whole_ms(seconds: float) -> float:
    """How long a query sleeps that is to take so long: the database's timer knows no less.

    The nearest, so that random times keep their mean.
    """
    return math.floor(seconds * 1e3 + 0.5) / 1e3


def query_s(load: Load[PoolLoad], seed: int, client: int, sequence: int) -> float:
    """How long one of its queries takes; a sleep takes whole milliseconds."""
    own = load.own
    seconds = own.query_time_s
    if own.service == "exponential":
        seconds *= random.Random(f"{seed}/{client}/{sequence}").expovariate(1)
    return whole_ms(seconds) if own.work == "sleep" else seconds


@dataclass(frozen=True)
class PlannedQuery:
    """A query of a trial: when it is sent, how long it takes, and whether the window has it."""

    sent_s: float
    query_s: float
    counts: bool


def queries(load: Load[PoolLoad], seed: int) -> list[PlannedQuery]:
    """All queries of all clients until the window's end, in the order in which they are sent."""
    t0_ns = round(load.window.warmup_s * SECOND_NS)
    t1_ns = t0_ns + round(load.window.duration_s * SECOND_NS)

    def of(client: int) -> Iterator[tuple[int, int, int]]:
        sent = takewhile(lambda at_ns: at_ns < t1_ns, times_ns(load, seed, client))
        return ((at_ns, client, sequence) for at_ns, sequence in zip(sent, count(), strict=False))

    merged = heapq.merge(*(of(client) for client in range(load.window.clients)))
    return [
        PlannedQuery(at_ns / SECOND_NS, query_s(load, seed, client, sequence), at_ns >= t0_ns)
        for at_ns, client, sequence in merged
    ]
