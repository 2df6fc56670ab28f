"""The trials that the claims of `fan_out` need.  Data only."""

from __future__ import annotations

from bench.model.claim import ClaimSetup
from scenarios.fan_out._domains import (
    JETSTREAM,
    PARALLEL,
    RABBIT,
    SERIAL,
    STREAM,
    TOLD_BY,
)

DIRECT = (SERIAL, PARALLEL)

FREE_TOO = (STREAM, JETSTREAM)
"""Their publishers need not wait for an answer either; Redis answers every PUBLISH."""

BRIEF = {"warmup": "500ms", "duration": "2s", "event_rate": "4/s", "request_timeout": "10s"}
CALLED = ClaimSetup(DIRECT, {**BRIEF, "clients": "1,5,20,100,200"})
CALLED_MOST = ClaimSetup(DIRECT, {**BRIEF, "clients": "200"})
# So short a time needs more events for a mean, and brokers have room for them.
TOLD = ClaimSetup(
    TOLD_BY,
    {
        **BRIEF,
        "duration": "1500ms",
        "event_rate": "10/s",
        "clients": "1,5,20,100,200",
        "link": "emulated",
        "rtt": "40ms",
    },
)
TOLD_SELDOM = ClaimSetup(TOLD_BY, {**BRIEF, "clients": "200"})
TOLD_TOO = ClaimSetup(FREE_TOO, {**BRIEF, "clients": "1,200"})
COUPLED = {
    "warmup": "600ms",
    "duration": "1500ms",
    "event_rate": "3/s",
    "dead_host": "silent",
    "request_timeout": "300ms",
    "slow_time": "200ms",
}
DEAD = ClaimSetup((*DIRECT, RABBIT), {**COUPLED, "dead_receivers": "0,1"})
SLOW = ClaimSetup((*DIRECT, RABBIT), {**COUPLED, "slow_receivers": "0,1"})
CLOSED = {
    "warmup": "300ms",
    "duration": "1500ms",
    "event_rate": "0/s",
    "clients": "1",
    "confirms": "window",
}
WINDOWS = "1,100,1000"
CONFIRMED = ClaimSetup((RABBIT,), {**CLOSED, "confirm_window": WINDOWS})
CONFIRMED_FAR = ClaimSetup(
    (RABBIT,),
    {**CLOSED, "confirm_window": WINDOWS, "services_link": "emulated", "services_rtt": "5ms"},
)
PREFETCHED = {
    **CLOSED,
    "confirm_window": "20",
    "queue_limit": "20",
    "acknowledgement": "manual",
    "link": "emulated",
    "rtt": "100ms",
}
FOUR_MS = ClaimSetup(
    (RABBIT,),
    {**PREFETCHED, "warmup": "600ms", "prefetch": "1,26,51", "work_time": "4ms"},
)
FORTY_MS = ClaimSetup(
    (RABBIT,),
    {
        **PREFETCHED,
        "warmup": "1800ms",
        "duration": "2s",
        "prefetch": "26",
        "work_time": "40ms",
    },
)
NARROW = ClaimSetup(
    (RABBIT,),
    {
        "warmup": "500ms",
        "duration": "1600ms",
        "event_rate": "5/s",
        "payload": "1kB",
        "clients": "5,20,60",
        "link": "emulated",
        "rate": "2mbit",
        "queue": "500ms",
    },
)
