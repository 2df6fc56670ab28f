"""What a machine takes for connections, requests and bytes: facts of calibration trials.  Pure.

They are pages over one fixed link, alone or many at once, so that a run needs each of these
trials once, whatever it measures.  No page is predicted from its own times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bench.model.law import Calibration, Facts, not_below_zero
from scenarios.page_load._simulation.server import Costs

RTT = "link_rtt_probe_ms"
SETUP, SETUPS, MAKESPAN = "setup_p50", "setup_mean", "makespan_p50"
BACKEND_CPU = ("server_cpu_us_per_event", "proxy_cpu_us_per_event")
CLIENT_CPU = ("generator_cpu_us_per_event",)
CPU = (*BACKEND_CPU, *CLIENT_CPU)

DELAY_S = 0.02
CROWD_SIZE, STORM_SIZE = 60, 30
BULK_BYTES = 2_000_000

_LINK: Mapping[str, Any] = {
    "resources": 1,
    "resource_size": 100,
    "sizes": "",
    "server_delay": DELAY_S,
    "streams": 0,
    "link": "emulated",
    "rtt": 0.02,
    "rate": 0.0,
    "rate_up": 0.0,
    "cc": "cubic",
    "warmup": 0.5,
    "duration": 2.0,
    "drain": 10.0,
}

ALONE = Calibration(
    "alone", _LINK, (RTT, SETUP, SETUPS, MAKESPAN, *CPU), text="one small resource by itself"
)
"""What a handshake and an exchange take beside their round trips."""

BULK = Calibration(
    "bulk", {**_LINK, "resource_size": BULK_BYTES}, CPU, text="one large resource by itself"
)
"""What its bytes take of the CPU."""

CROWD = Calibration(
    "crowd", {**_LINK, "resources": CROWD_SIZE}, (SETUPS, *CPU), text="many small resources"
)
"""What each takes of the CPU, and how much longer handshakes take beside each other."""

STORM = Calibration(
    "storm",
    {**_LINK, "resources": STORM_SIZE},
    (MAKESPAN,),
    text="small resources, each over a connection of its own",
)
"""By how much one connection with its resource comes after another."""


def costs_of(facts: Facts, round_trips: int, connections: int = 1) -> Costs:
    """The costs, of set-ups with so many round trips; KeyError where a fact was not measured.

    NoValue where one is below zero: it is a time in a simulation, where nothing ends before it
    begins.  Only what queues of a handshake stays as it is: on many cores that is nothing.

    `connections` share the crowd; 0: requests come one at a time, and what one takes is part
    of its exchange.  A core's time is that of the busier one: backend and clients work at the
    same time.
    """
    rtt_s, setup_s = facts[ALONE.key(RTT)] / 1e3, facts[ALONE.key(SETUP)] / 1e3
    exchange_s = facts[ALONE.key(MAKESPAN)] / 1e3 - setup_s - rtt_s - DELAY_S
    request_s = handshake_s = 0.0
    if connections:
        request_s = _core_s(facts, CROWD, connections) / (CROWD_SIZE - connections)
    if connections > 1:
        later_s = (facts[CROWD.key(SETUPS)] - facts[ALONE.key(SETUPS)]) / 1e3
        handshake_s = later_s / ((connections - 1) / 2)
    return _with_queueing(
        Costs(
            exchange_s=_microseconds(
                exchange_s - request_s, "a request alone took less than it would among many"
            ),
            request_s=_microseconds(request_s, "many requests cost less than their connections"),
            byte_s=not_below_zero(
                _core_s(facts, BULK, 1) / BULK_BYTES, "a large resource cost less than a small one"
            ),
            setup_s=_microseconds(
                setup_s - round_trips * rtt_s, "a handshake took less than its round trips"
            ),
        ),
        handshake_s,
    )


def costs_of_each(facts: Facts, round_trips: int) -> Costs:
    """The costs where each resource has a connection of its own: they come one after another."""
    later_s = (facts[STORM.key(MAKESPAN)] - facts[ALONE.key(MAKESPAN)]) / 1e3
    return _with_queueing(costs_of(facts, round_trips, 0), later_s / (STORM_SIZE - 1))


def _with_queueing(costs: Costs, handshake_s: float) -> Costs:
    """With what queues of a handshake; below zero nothing does, and it is not more than all."""
    not_below_zero(
        costs.setup_s + handshake_s, "handshakes at once took less than their round trips"
    )
    return replace(costs, handshake_s=round(handshake_s, 6))


def _core_s(facts: Facts, page: Calibration, connections: int) -> float:
    """What a page took of the busier core beside so many connections with an exchange each."""
    return max(
        sum(facts[page.key(key)] - connections * facts[ALONE.key(key)] for key in core) / 1e6
        for core in (BACKEND_CPU, CLIENT_CPU)
    )


def _microseconds(seconds: float, why: str) -> float:
    """No finer than what clocks and laws can tell apart; NoValue below zero."""
    return not_below_zero(round(seconds, 6), why)
