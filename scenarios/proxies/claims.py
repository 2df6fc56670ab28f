"""The claims of `proxies`: what the field repeats, as data with a rule.  Pure.

Each part is held against `direct`.  Throughput is what was measured, on cores that server
and proxy share; capacity is computed from their CPU time and does not suffer from what else
the machine does; the server's CPU per request is judged apart.  Numbers stand here and
nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import EveryTrial

ALL = ("direct", "multiplexing", "demultiplexing")

BRIEF = {"warmup": "500ms", "duration": "2s", "clients": "64"}
BUSY = ClaimSetup(ALL, {**BRIEF, "duration": "3s", "server": "granian,hypercorn"})
PACED = ClaimSetup(ALL, {**BRIEF, "request_rate": "1000/s"})
WAITING = ClaimSetup(ALL, {**BRIEF, "app_wait": "10ms"})

FAR = ClaimSetup(ALL, {**BRIEF, "services_link": "emulated", "services_rtt": "10ms"})
"""The server is behind a link, for the proxies as for clients that come directly."""

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "server": "granian",
    "request_rate": 0,
    "app_wait": 0,
    "services_link": "loopback",
}
"""What holds for evidence where a rule does not ask for something else."""

AT_FULL_SPEED: Mapping[str, Any] = {"server": "granian"}
IN_PYTHON: Mapping[str, Any] = {"server": "hypercorn"}
AT_A_RATE: Mapping[str, Any] = {"request_rate": 1000}
WHILE_WAITING: Mapping[str, Any] = {"app_wait": 0.01}


OVER_A_LINK: Mapping[str, Any] = {"services_link": "emulated", "services_rtt": 0.01}


def _throughput(
    pattern: str, *, below: float | None = None, above: float | None = None
) -> tuple[Ratio, ...]:
    """With a backend that computes, on either server, with one that waits, and over a link."""
    measured = [
        Ratio("deliveries_per_s", pattern, "direct", where=where, below=below, above=above)
        for where in (AT_FULL_SPEED, IN_PYTHON, WHILE_WAITING, OVER_A_LINK)
    ]
    computed = [
        Ratio("proxied_capacity_per_s", pattern, "direct", where=where, below=below, above=above)
        for where in (AT_FULL_SPEED, IN_PYTHON)
    ]
    return (*measured, *computed)


def _connections(pattern: str, count: int) -> tuple[EveryTrial, ...]:
    """As many to the backend as the proxy may have, beside it and over a round trip."""
    return tuple(
        EveryTrial("upstream_connections", "", pattern, at_least=count, at_most=count, where=where)
        for where in ({}, OVER_A_LINK)
    )


def _server_cpu(
    pattern: str, *, below: float | None = None, above: float | None = None
) -> tuple[Ratio, ...]:
    """At full speed on either server, at an equal rate of requests, and over a link."""
    return tuple(
        Ratio("server_cpu_us_per_event", pattern, "direct", where=where, below=below, above=above)
        for where in (AT_FULL_SPEED, IN_PYTHON, AT_A_RATE, OVER_A_LINK)
    )


CLAIMS = (
    Claim(
        "P1",
        "A proxy that merges many HTTP/1.1 connections into one HTTP/2 connection lets more "
        "requests through, but each costs the backend more CPU",
        (BUSY, PACED, WAITING, FAR),
        AllOf(
            (
                *_throughput("multiplexing", above=1),
                *_server_cpu("multiplexing", above=1),
            )
        ),
        "SC-2, MX-1",
        preconditions=_connections("multiplexing", 1),
    ),
    Claim(
        "P2",
        "A proxy that spreads one HTTP/2 connection over a few HTTP/1.1 connections lets fewer "
        "requests through, but each costs the backend less CPU",
        (BUSY, PACED, WAITING, FAR),
        AllOf(
            (
                *_throughput("demultiplexing", below=1),
                *_server_cpu("demultiplexing", below=1),
            )
        ),
        "SC-2, MX-1",
        preconditions=_connections("demultiplexing", 6),
    ),
)
