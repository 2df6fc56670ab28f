"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.load import LoadType, parameter


@dataclass(frozen=True, kw_only=True)
class ProxyLoad:
    """What clients ask for, and how the connections on both sides of a proxy are meant."""

    request_rate_per_s: float = parameter(
        0.0,
        "/s",
        "requests per second over all clients, Poisson (open loop); 0: each client sends the "
        "next request as soon as it has the reply (closed loop)",
        low=0,
        high=1_000_000,
    )
    response_bytes: int = parameter(1000, "B", "size of a reply", low=1, high=16_000_000)
    app_wait_s: float = parameter(
        0.0,
        "s",
        "how long the application waits before it replies, as if for a database, without using CPU",
        low=0,
        high=60,
    )
    upstream_connections: int = parameter(
        6,
        "",
        "demultiplexing: HTTP/1.1 connections from the proxy to the backend",
        low=1,
        high=10_000,
    )
    streams: int = parameter(
        100, "", "maximum concurrent requests on one HTTP/2 connection", low=1, high=10_000
    )
    server: str = parameter(
        "granian",
        "",
        "server that runs the backend's application, for both protocols",
        choices=("granian", "hypercorn"),
    )


LOAD = LoadType(ProxyLoad, without=frozenset({"second_path"}), links=("services",))
