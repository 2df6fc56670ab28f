"""The load: the experiment's own parameters, and what they make of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter

POISSON, UNIFORM, TOGETHER = "poisson", "uniform", "together"
OFF, ON = "off", "on"

MARKER = b"patternbench-marker-8c1f"
"""Of which each reply consists: whoever can read the wire finds it."""

MOST_CLIENTS = 200


@dataclass(frozen=True, kw_only=True)
class SidecarLoad:
    """Requests from clients that may have a sidecar each, to a service that may have one."""

    request_rate_per_s: float = parameter(
        200.0,
        "/s",
        "requests per second over all clients; 0: each client sends the next request as soon as "
        "it has the reply (closed loop)",
        low=0,
        high=100_000,
    )
    arrivals: str = parameter(
        POISSON,
        "",
        "when requests are due: at random (poisson), evenly spaced over all clients (uniform), or "
        "evenly spaced at each client, all clients at the same time (together)",
        choices=(POISSON, UNIFORM, TOGETHER),
    )
    response_bytes: int = parameter(1000, "B", "size of a reply", low=1, high=16_000_000)
    most_connections: int = parameter(
        8, "", "HTTP/1.1 connections that a client may have", low=1, high=1000
    )
    security_checks: str = parameter(
        OFF,
        "",
        "on: the service's entrance is called without a certificate, with two wrong ones and "
        "with the right one; on an emulated link, its packets are searched for the payload",
        choices=(OFF, ON),
    )


LOAD = LoadType(
    SidecarLoad,
    changes={"clients": Change(default=4, high=MOST_CLIENTS)},
    without=frozenset({"second_path"}),
)


def payload(load: Load[SidecarLoad]) -> bytes:
    """The body of every reply."""
    size = load.own.response_bytes
    return (MARKER * (size // len(MARKER) + 1))[:size]


def searched_for(load: Load[SidecarLoad]) -> bytes:
    """What a link's packets are searched for; b"" where nobody asks."""
    return MARKER if load.own.security_checks == ON else b""


def check(load: Load[SidecarLoad]) -> None:
    """UsageError where what is to be searched for is not in the replies."""
    if load.own.security_checks == ON and load.own.response_bytes < len(MARKER):
        raise UsageError(
            f"response={load.own.response_bytes}: security_checks=on searches for "
            f"{len(MARKER)} bytes of a reply; use at least response={len(MARKER)}"
        )
