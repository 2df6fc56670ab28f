"""The laws of `proxies` as they apply to its patterns and metrics.  Pure.

What a request costs is taken from a trial with half as many clients: the same trial's cost is
its CPU time over its throughput, from which that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.model.domain import Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import Calibration, Facts, Law
from bench.model.load import Load
from scenarios.proxies import laws
from scenarios.proxies.load import ProxyLoad

Asked = Load[ProxyLoad]
AtATime = Callable[[Asked], int]
"""How many requests may be under way at the backend."""

COSTS = ("server_cpu_us_per_event", "proxy_cpu_us_per_event", "generator_cpu_us_per_event")

HALF = Calibration(
    "half",
    {"clients": lambda load: load.window.clients // 2},
    COSTS,
    text="half as many clients: what a request costs",
)

_SHARED: Mapping[str, Wanted] = {
    "warmup": Free(0.5),
    "clients": Range(8, 128),
    "response": Range(100, 10_000),
    "upstream_connections": Range(2, 32),
    "streams": Range(4, 128),
    "server": ("granian", "hypercorn"),
}

CLOSED = Domain(
    {**_SHARED, "request_rate": (0.0,), "app_wait": (0.0, 0.005, 0.01, 0.02, 0.05)},
    units=Units("seconds", 3, lambda _: 1.0),
)
OPEN = Domain(
    {**_SHARED, "request_rate": Range(50, 1000), "app_wait": (0.0, 0.005, 0.01, 0.02, 0.05)},
    where=(
        Condition(
            "connections and streams for four times the requests that wait on average",
            lambda load: (
                load.own.request_rate_per_s * load.own.app_wait_s * 4
                <= min(load.own.upstream_connections, load.own.streams, load.window.clients)
            ),
        ),
    ),
    units=Units("requests", 1000, lambda load: load.own.request_rate_per_s, at_least_s=3),
)


def _cost_s(facts: Facts, role: str) -> float:
    return facts[f"{role}_cpu_us_per_event"] / 1e6


def _services_s(facts: Facts) -> tuple[float, float]:
    """What a request takes on the backend's cores, and on the load process's."""
    proxy_s = facts.get("proxy_cpu_us_per_event", 0.0) / 1e6  # there may be none
    return _cost_s(facts, "server") + proxy_s, _cost_s(facts, "generator")


def _through_all(load: Asked) -> int:
    return load.window.clients


def _through_one(load: Asked) -> int:
    return load.own.streams


def _through_few(load: Asked) -> int:
    return min(load.own.upstream_connections, load.own.streams)


def _throughput(load: Asked, facts: Facts, at_a_time: AtATime) -> float:
    """The most that cores, connections to the backend and clients let through."""
    costs = {key: facts[HALF.key(key)] for key in COSTS if HALF.key(key) in facts}
    backend_s, client_s = _services_s(costs)
    server_s = _cost_s(costs, "server")
    return min(
        laws.pinned_throughput(facts["backend_cores"], server_s, backend_s - server_s, 1, client_s),
        laws.connections_throughput(at_a_time(load), load.own.app_wait_s, backend_s),
        laws.connections_throughput(load.window.clients, load.own.app_wait_s, backend_s + client_s),
    )


def _closed_ms(load: Asked, facts: Facts, at_a_time: AtATime) -> float:
    found = _throughput(load, facts, at_a_time)
    return laws.closed_loop_latency(load.window.clients, found) * 1e3


def _open_ms(load: Asked, facts: Facts) -> float:
    """It begins when a client's loop was meant to wake, and ends when it has woken."""
    wakes_s = 2 * facts["loop_lag_p50"] / 1e3
    once_s = laws.open_loop_latency(
        load.own.request_rate_per_s, _services_s(facts), load.own.app_wait_s
    )
    return (once_s + wakes_s) * 1e3


def _of(pattern: str, at_a_time: AtATime, formula: str) -> tuple[Law, ...]:
    return (
        Law(
            "SC-2, MX-1",
            formula,
            "something is always busy: an upper bound; costs as measured with half the clients",
            "deliveries_per_s",
            (pattern,),
            lambda load, facts: _throughput(load, facts, at_a_time),
            CLOSED,
            ("backend_cores",),
            (HALF,),
        ),
        Law(
            "LIT-1",
            "N/X",
            "Little's law with the X of SC-2 and MX-1",
            "latency_mean",
            (pattern,),
            lambda load, facts: _closed_ms(load, facts, at_a_time),
            CLOSED,
            ("backend_cores",),
            (HALF,),
        ),
        Law(
            "SC-1",
            "w + sum of s/(1 - rho) + wake-ups",
            "M/M/1 on either side; costs as measured",
            "latency_mean",
            (pattern,),
            _open_ms,
            OPEN,
            (*COSTS, "loop_lag_p50"),
        ),
    )


PREDICTIONS = (
    *_of("direct", _through_all, "least of c/s_server, 1/s_client, N/(w + s_server + s_client)"),
    *_of(
        "multiplexing",
        _through_one,
        "least of c/(s_server + s_proxy), 1/s_client, N/(w + all s), streams/(w + backend s)",
    ),
    *_of(
        "demultiplexing",
        _through_few,
        "least of c/(s_server + s_proxy), 1/s_client, N/(w + all s), K/(w + backend s)",
    ),
)
