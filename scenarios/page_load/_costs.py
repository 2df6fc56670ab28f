"""What a machine takes for connections, requests and bytes: facts of calibration trials.  Pure.

They are pages over one fixed link, alone or many at once, so that a run needs each of these
trials once, whatever it measures.  No page is predicted from its own times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.model.law import Calibration, Facts
from scenarios.page_load._simulation.server import Costs

RTT = "link_rtt_probe_ms"
SETUP, MAKESPAN = "setup_p50", "makespan_p50"
BACKEND_CPU = ("server_cpu_us_per_event", "proxy_cpu_us_per_event")
CLIENT_CPU = ("generator_cpu_us_per_event",)
CPU = (*BACKEND_CPU, *CLIENT_CPU)

DELAY_S = 0.02
CROWD = 60
BULK_BYTES = 2_000_000

_LINK: Mapping[str, Any] = {
    "sizes": "",
    "streams": 0,
    "protocol": "http1",
    "tls": "on",
    "max_streams": 128,
    "resource_size": 100,
    "server_delay": DELAY_S,
    "link": "emulated",
    "rtt": 0.02,
    "rate": 0.0,
    "rate_up": 0.0,
    "queue": 0.1,
    "cc": "cubic",
    "warmup": 0.5,
    "duration": 2.0,
    "drain": 10.0,
}


def alone(pattern: str) -> Calibration:
    """One small resource: what a handshake and an exchange take beside their round trips."""
    text = "one small resource by itself"
    return _calibration("alone", text, pattern, {"resources": 1}, (RTT, SETUP, MAKESPAN, *CPU))


def bulk(pattern: str) -> Calibration:
    """One large resource: what its bytes take of the CPU."""
    settings = {"resources": 1, "resource_size": BULK_BYTES}
    return _calibration("bulk", "one large resource by itself", pattern, settings, CPU)


def crowd(pattern: str) -> Calibration:
    """Many small resources: what each takes of the CPU."""
    return _calibration("crowd", "many small resources", pattern, {"resources": CROWD}, CPU)


def storm(pattern: str) -> Calibration:
    """A connection for each of many resources: how long handshakes wait for each other."""
    text = "many small resources, each over a connection of its own"
    return _calibration("storm", text, pattern, {"resources": CROWD}, (SETUP,))


def _calibration(
    kind: str, text: str, pattern: str, settings: Mapping[str, Any], facts: tuple[str, ...]
) -> Calibration:
    return Calibration(f"{kind} {pattern}", {**_LINK, **settings}, facts, pattern, text)


def costs_of(
    facts: Facts, sources: Sequence[Calibration], round_trips: int, connections: int = 1
) -> Costs:
    """The costs, of set-ups with so many round trips; KeyError where a fact was not measured.

    `connections` are those that share the crowd.  Without a crowd requests come one at a time,
    and what one takes is part of its exchange.  A core's time is that of the busier one:
    backend and clients work at the same time.
    """
    found = {one.name.partition(" ")[0]: _facts_of(one, facts) for one in sources}
    single = found["alone"]
    rtt_s, setup_s = single[RTT] / 1e3, single[SETUP] / 1e3
    exchange_s = single[MAKESPAN] / 1e3 - setup_s - rtt_s - DELAY_S
    request_s, handshake_s = 0.0, 0.0
    if "crowd" in found:
        request_s = _core_s(found["crowd"], single, connections) / (CROWD - connections)
    if "storm" in found:
        handshake_s = (found["storm"][SETUP] / 1e3 - setup_s) / ((CROWD - 1) / 2)
    return Costs(
        exchange_s=_microseconds(exchange_s - request_s),
        request_s=_microseconds(request_s),
        byte_s=max(0.0, _core_s(found["bulk"], single, 1) / BULK_BYTES),
        setup_s=_microseconds(setup_s - round_trips * rtt_s),
        handshake_s=_microseconds(handshake_s),
    )


def _facts_of(calibration: Calibration, facts: Facts) -> dict[str, float]:
    return {key: facts[calibration.key(key)] for key in calibration.facts}


def _core_s(page: Facts, single: Facts, connections: int) -> float:
    """What a page took of the busier core beside so many connections with an exchange each."""
    cores = (BACKEND_CPU, CLIENT_CPU)
    return max(sum(page[key] - connections * single[key] for key in core) for core in cores) / 1e6


def _microseconds(seconds: float) -> float:
    """Not less than nothing, and no finer than what clocks and laws can tell apart."""
    return max(0.0, round(seconds, 6))
