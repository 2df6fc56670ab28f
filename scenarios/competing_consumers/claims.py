"""The claims of `competing_consumers`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
predictions.py.  Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.competing_consumers.load import AT_ONCE, DRAINED
from scenarios.competing_consumers.predictions import (
    BY_KEY,
    CAPACITY,
    CONSISTENT,
    MODULO,
    MOVED_CONSISTENT,
    MOVED_MODULO,
    OVERLAPPED,
    OVERTAKEN,
    SHARED,
    WAIT_PARTITIONED,
    WAIT_SHARED,
)

LATENCY, ORDER, OVERLAP = "latency_mean", "out_of_order_share", "overlapped_share"
CAPACITY_METRIC, MOVED = "served_per_s", "moved_share"

BRIEF = {"warmup": "500ms", "drain": "20s", "service_time": "20ms"}
# Half as much again as the consumers can do: 75 items per second for each.  Few keys, so that
# items of one key meet often; and long enough for as many items where there are few consumers.
OVER = {**BRIEF, "duration": "3s"}
FULL = tuple(
    ClaimSetup(
        (SHARED,),
        {**BRIEF, "clients": f"{c}", "item_rate": f"{75 * c}/s", "keys": "4", "duration": seconds},
    )
    for c, seconds in ((1, "24s"), (2, "24s"), (4, "5s"), (6, "4s"))
)
KEPT = ClaimSetup(BY_KEY, {**OVER, "clients": "4", "item_rate": "300/s", "keys": "40"})
# Four consumers can do 200 items per second.
SHARING = ClaimSetup(
    (SHARED, MODULO, CONSISTENT),
    {**BRIEF, "duration": "5s", "clients": "4", "keys": "1000", "item_rate": "100/s,140/s"},
)
# Four consumers can do 500 items per second.
GROWING = ClaimSetup(
    BY_KEY,
    {
        "warmup": "500ms",
        "drain": "20s",
        "duration": "6s",
        "clients": "4",
        "keys": "500",
        "item_rate": "500/s",
        "service_time": "8ms",
        "added": "1,4",
        "hand_over": f"{AT_ONCE},{DRAINED}",
    },
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "added": 0,
    "service": "exponential",
    "prefetch": 1,
}
"""What holds for evidence where a rule does not ask for something else."""

OVERLOADED: Mapping[str, Any] = {"service_time": 0.02, "keys": 4}
SEVERAL: Mapping[str, Any] = {**OVERLOADED, "clients": lambda count: count > 1}
SKEWED: Mapping[str, Any] = {"service_time": 0.02, "keys": 40}
BELOW: Mapping[str, Any] = {"service_time": 0.02, "keys": 1000}
GROWN: Mapping[str, Any] = {
    "added": lambda count: count > 0,
    "service_time": 0.008,
    "hand_over": lambda _: True,
}
GROWN_AT_ONCE: Mapping[str, Any] = {**GROWN, "hand_over": AT_ONCE}
GROWN_DRAINED: Mapping[str, Any] = {**GROWN, "hand_over": DRAINED}

HARDLY = 0.01
OFTEN = 0.05
WIDE = Band(0.15, "a few hundred keys in a trial")

CLAIMS = (
    Claim(
        "F9",
        "Scaling pub/sub has its own cost: competing consumers and partitions",
        (*FULL, SHARING),
        AllOf(
            (
                # Competing consumers pay with the order within a key.
                Threshold(ORDER, "", SHARED, at_least=OFTEN, where=SEVERAL),
                # Partitions pay with waits beside idle consumers.
                *(Ratio(LATENCY, one, SHARED, above=1, where=BELOW) for one in BY_KEY),
            )
        ),
        "ORDER-1, RR-2",
    ),
    Claim(
        "F9b",
        "Competing consumers on one queue scale: n of them get n times as much done",
        (*FULL, SHARING),
        AllOf(
            (
                AgreesWithLaw(CAPACITY_METRIC, "/s", SHARED, CAPACITY, "RR-2", OVERLOADED),
                AgreesWithLaw(LATENCY, "ms", SHARED, WAIT_SHARED, "RR-2", BELOW),
            )
        ),
        "RR-2",
    ),
    Claim(
        "F9c",
        "One queue with several consumers does not keep the order within a key; partitions by key "
        "do, and each waits by itself",
        (*FULL, KEPT, SHARING),
        AllOf(
            (
                AgreesWithLaw(ORDER, "", SHARED, OVERTAKEN, "ORDER-1", SEVERAL, WIDE),
                AgreesWithLaw(OVERLAP, "", SHARED, OVERLAPPED, "ORDER-1", SEVERAL),
                *(Threshold(OVERLAP, "", one, at_most=HARDLY, where=SKEWED) for one in BY_KEY),
                AgreesWithLaw(LATENCY, "ms", MODULO, WAIT_PARTITIONED, "RR-2", BELOW),
            )
        ),
        "ORDER-1, RR-2",
    ),
    Claim(
        "F9d",
        "Adding a partition under load moves keys and breaks their order; it loses and doubles "
        "nothing, and a pause until the queues are empty keeps the order",
        (GROWING,),
        AllOf(
            (
                AgreesWithLaw(MOVED, "", CONSISTENT, MOVED_CONSISTENT, "ST-1", GROWN, WIDE),
                AgreesWithLaw(MOVED, "", MODULO, MOVED_MODULO, "ST-1", GROWN),
                *(
                    Threshold("out_of_order_pairs", "", one, at_least=1, where=GROWN_AT_ONCE)
                    for one in BY_KEY
                ),
                *(
                    Threshold(metric, "", one, at_most=HARDLY, where=where)
                    for metric, where in ((ORDER, GROWN_DRAINED), ("unkept_share", GROWN))
                    for one in BY_KEY
                ),
            )
        ),
        "ST-1",
        must_see=(MustSee("adding_time", 0.001, BY_KEY, "ms spent to add consumers", GROWN),),
    ),
)
