"""The laws of `competing_consumers` as they apply to its patterns and metrics.  Pure.

None reads how long items take or wait, or in which order they are done, in the trial that it
predicts: what a consumer loses between two items comes from a trial with another number of them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import SEED, Calibration, Facts, Law
from bench.model.load import Load
from bench.plan.arrivals import SECOND_NS
from bench.stats import queues
from scenarios.competing_consumers import _planned as planned
from scenarios.competing_consumers import laws
from scenarios.competing_consumers.load import (
    AT_ONCE,
    DRAINED,
    EXPONENTIAL,
    FIXED,
    CompetingLoad,
    offered,
)

Asked = Load[CompetingLoad]

SHARED, CONSISTENT, MODULO = "one_queue", "consistent_hash", "modulo_hash"
BY_KEY = (CONSISTENT, MODULO)
ALL = (SHARED, *BY_KEY)

THREE = 3
FULL = Calibration(
    "full",
    {
        "clients": THREE,
        "item_rate": lambda load: 1.5 * THREE / load.own.service_time_s,
        "added": 0,
        "duration": 2.0,
        "warmup": 0.5,
    },
    ("gap_mean",),
    SHARED,
    text="three consumers that never lack work: how long one waits for its next item",
)
BUSY = Calibration(
    "busy",
    {
        "item_rate": lambda load: 1.5 * load.window.clients / load.own.service_time_s,
        "added": 0,
        "duration": 2.0,
        "warmup": 0.5,
    },
    ("gap_mean",),
    SHARED,
    text="as many consumers that never lack work: how long one waits for its next item",
)
ALONE = Calibration(
    "alone",
    {"clients": 8, "item_rate": 40.0, "service_time": 0.001, "added": 0, "duration": 3.0},
    ("begun_mean",),
    SHARED,
    text="40 items per second and consumers to spare: how long an item takes to reach one",
)

_SHARED: Mapping[str, Wanted] = {
    "warmup": Free(0.5),
    "drain": Free(20.0),
    "item": FREE,
    "service": (FIXED, EXPONENTIAL),
}
NEVER_IDLE = 1.2
"""Offered load over consumers, from which on items always wait."""

OVERLOADED = Condition(
    "items would keep at least 1.2 times as many consumers busy as there are, and at most twice "
    "as many",
    lambda load: NEVER_IDLE * load.window.clients <= offered(load) <= 2 * load.window.clients,
)
FEW_ENOUGH = Condition(
    "at most 500 items per second: the program's own CPU keeps no consumer waiting",
    lambda load: load.own.item_rate_per_s <= 500,
)


def items_per_s(load: Asked) -> float:
    return load.own.item_rate_per_s


FULL_QUEUE = Domain(
    {
        **_SHARED,
        "clients": Range(1, 12),
        "keys": FREE,
        "item_rate": Range(10, 500),
        "service_time": Range(0.01, 0.1),
    },
    where=(OVERLOADED, FEW_ENOUGH),
    units=Units("items", 1000, items_per_s, at_least_s=3, at_most_s=20),
)
ORDERED_BY_QUEUE = Domain(
    {
        **_SHARED,
        "clients": Range(2, 12),
        "keys": Range(1, 40),
        "item_rate": Range(10, 500),
        "service_time": Range(0.01, 0.1),
        # Consumers of items that all take as long may keep in step, and begin and end together.
        "service": (EXPONENTIAL,),
    },
    where=(
        OVERLOADED,
        FEW_ENOUGH,
        Condition(
            "at least 8 of 100 pairs overlap: less is seen too seldom",
            lambda load: overlapped(load, {}) >= 0.08,
        ),
    ),
    units=Units("items", 2000, items_per_s, at_least_s=4, at_most_s=25),
)
WAITING = Domain(
    {
        **_SHARED,
        "clients": Range(1, 8),
        "keys": FREE,
        "item_rate": Range(10, 400),
        "service_time": Range(0.01, 0.1),
    },
    where=(
        Condition(
            "the items keep between 30 and 75 % of the consumers busy",
            lambda load: 0.3 * load.window.clients <= offered(load) <= 0.75 * load.window.clients,
        ),
    ),
    units=Units("items", 600, items_per_s, at_least_s=3, at_most_s=25),
)
GROWING = Domain(
    {
        **_SHARED,
        "clients": Range(1, 8),
        "added": Range(1, 8),
        "keys": Range(300, 1500),
        "item_rate": Range(200, 600),
        "service_time": Range(0.001, 0.02),
        "hand_over": (AT_ONCE, DRAINED),
    },
    where=(
        Condition(
            "the consumers that are there in the end can do all items",
            lambda load: offered(load) <= 0.8 * (load.window.clients + load.own.added),
        ),
    ),
    units=Units(
        "items for each key",
        4,
        lambda load: load.own.item_rate_per_s / load.own.keys,
        at_least_s=4,
        at_most_s=25,
    ),
)


def capacity(load: Asked, facts: Facts) -> float:
    """RR-2's bound."""
    gap_s = facts[FULL.key("gap_mean")] / 1e3
    return laws.capacity(load.window.clients, load.own.service_time_s, gap_s)


def overlapped(load: Asked, _: Facts) -> float:
    """ORDER-1."""
    return laws.overlapped_exponential(load.window.clients, load.own.keys)


def overtaken(load: Asked, _: Facts) -> float:
    """ORDER-1: half of them."""
    return laws.overtaken_exponential(load.window.clients, load.own.keys)


def _latency_ms(
    load: Asked, facts: Facts, queues_of: Sequence[Sequence[planned.PlannedItem]], servers: int
) -> float:
    """Mean over the window's items of wait, service and the way to a consumer.

    An item keeps its consumer for what it takes, and until the next item is there.
    """
    t0_ns, gap = round(load.window.warmup_s * SECOND_NS), facts[BUSY.key("gap_mean")] / 1e3
    stays = []
    for queue in queues_of:
        takes = [item.seconds + gap for item in queue]
        waits = queues.waits((item.due_ns / SECOND_NS for item in queue), takes, servers)
        stays += [
            wait + item.seconds
            for item, wait in zip(queue, waits, strict=True)
            if item.due_ns >= t0_ns
        ]
    if not stays:
        return math.nan
    return statistics.fmean(stays) * 1e3 + facts[ALONE.key("begun_mean")]


def shared_ms(load: Asked, facts: Facts) -> float:
    """RR-2 for the items that the trial's producer was to publish, at their times."""
    items = list(planned.items(load, int(facts[SEED])))
    return _latency_ms(load, facts, [items], load.window.clients)


def partitioned_ms(load: Asked, facts: Facts) -> float:
    """RR-2 for each partition by itself."""
    seed, partitions = int(facts[SEED]), load.window.clients
    parts: list[list[planned.PlannedItem]] = [[] for _ in range(partitions)]
    for item in planned.items(load, seed):
        home = planned.modulo_home(planned.key_name(seed, item.key), partitions)
        parts[home].append(item)
    return _latency_ms(load, facts, parts, 1)


def moved_consistent(load: Asked, _: Facts) -> float:
    return laws.moved_consistent(load.window.clients, load.own.added)


def moved_modulo(load: Asked, _: Facts) -> float:
    return laws.moved_modulo(load.window.clients, load.own.added)


CAPACITY = Law(
    "RR-2",
    "c/(S + g)",
    "consumers that never lack work; g from three of them",
    "served_per_s",
    (SHARED,),
    capacity,
    FULL_QUEUE,
    (),
    (FULL,),
    passed_with=(7104, 9413),
)
OVERLAPPED = Law(
    "ORDER-1",
    "(q/K)/(1 - (1 - 1/K) q), q = 1 - 1/c",
    "a geometric number of other items between two of one key; checked by simulation",
    "overlapped_share",
    (SHARED,),
    overlapped,
    ORDERED_BY_QUEUE,
    (),
    passed_with=(9413,),
)
OVERTAKEN = Law(
    "ORDER-1",
    "half of (q/K)/(1 - (1 - 1/K) q), q = 1 - 1/c",
    "of two that overlap, either may end first, because their times have no memory",
    "out_of_order_share",
    (SHARED,),
    overtaken,
    ORDERED_BY_QUEUE,
    (),
    passed_with=(7104, 9413),
)
WAIT_SHARED = Law(
    "RR-2",
    "mean of S + max(0, time until one of c is free), item by item; and the way to a consumer",
    "Kiefer and Wolfowitz 1955, with the items of the plan; the rest from trials where none waits",
    "latency_mean",
    (SHARED,),
    shared_ms,
    WAITING,
    (SEED,),
    (BUSY, ALONE),
    passed_with=(9413,),
)
WAIT_PARTITIONED = Law(
    "RR-2",
    "the same for c queues with one consumer each, by the hash of each item's key",
    "Lindley 1952, with the items of the plan; the rest from trials where none waits",
    "latency_mean",
    (MODULO,),
    partitioned_ms,
    WAITING,
    (SEED,),
    (BUSY, ALONE),
    passed_with=(9413,),
)
MOVED_CONSISTENT = Law(
    "ST-1",
    "a/(c + a)",
    "consistent hashing: only the new partitions get keys",
    "moved_share",
    (CONSISTENT,),
    moved_consistent,
    GROWING,
    (),
    band=0.15,
    band_reason="some 500 keys are seen in a trial: a share of a third is within 13 % of its "
    "expectation in 19 of 20",
    passed_with=(7104, 9413),
)
MOVED_MODULO = Law(
    "ST-1",
    "1 - c/lcm(c, c + a)",
    "a hash modulo the number: keys with the same remainder for both stay",
    "moved_share",
    (MODULO,),
    moved_modulo,
    GROWING,
    (),
    passed_with=(7104, 9413),
)
PREDICTIONS = (
    CAPACITY,
    OVERLAPPED,
    OVERTAKEN,
    WAIT_SHARED,
    WAIT_PARTITIONED,
    MOVED_CONSISTENT,
    MOVED_MODULO,
)
