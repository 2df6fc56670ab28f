"""The experiment `proxies`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.model import Experiment, Facts, Load, Prediction, parameter
from scenarios.proxies import laws
from scenarios.proxies.claims import CLAIMS, NORMAL


@dataclass(frozen=True, kw_only=True)
class ProxyLoad(Load):
    """What clients ask for, and how the connections on both sides of a proxy are meant."""

    request_rate_per_s: float = parameter(
        0.0,
        "/s",
        "requests per second of all clients together, Poisson (open loop); 0: each client asks "
        "again as soon as it has the reply (closed loop)",
        low=0,
        high=1_000_000,
    )
    response_bytes: int = parameter(1000, "B", "size of a reply", low=1, high=16_000_000)
    app_wait_s: float = parameter(
        0.0,
        "s",
        "the application waits so long before it replies, as for a database, without using CPU",
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
        100, "", "requests that one HTTP/2 connection carries at a time", low=1, high=10_000
    )
    server: str = parameter(
        "granian",
        "",
        "the server that the backend's application runs on, for both protocols",
        choices=("granian", "hypercorn"),
    )


def _cost_s(facts: Facts, role: str) -> float:
    return facts[f"{role}_cpu_us_per_event"] / 1e6


def _proxy_s(facts: Facts) -> float:
    """0 where there is no proxy."""
    return facts.get("proxy_cpu_us_per_event", 0.0) / 1e6


def _services_s(facts: Facts) -> tuple[float, float]:
    """What a request takes on the backend's cores, and on the load process's."""
    return _cost_s(facts, "server") + _proxy_s(facts), _cost_s(facts, "generator")


def _most_per_s(load: ProxyLoad, facts: Facts, at_a_time: float) -> float:
    """The most that cores and connections let through; `at_a_time` requests are under way."""
    server_s, client_s = _cost_s(facts, "server"), _cost_s(facts, "generator")
    by_cores = laws.pinned_throughput(
        facts["backend_cores"], server_s, _proxy_s(facts), 1, client_s
    )
    # Between two requests a connection is idle for what both sides spend on one.
    held_s = server_s + _proxy_s(facts)
    return min(by_cores, laws.connections_throughput(int(at_a_time), load.app_wait_s, held_s))


def _throughput(load: ProxyLoad, facts: Facts, at_a_time: float) -> float:
    most = _most_per_s(load, facts, min(at_a_time, load.clients))
    return min(load.request_rate_per_s, most) if load.request_rate_per_s else most


def _latency_ms(load: ProxyLoad, facts: Facts, at_a_time: float) -> float:
    if load.request_rate_per_s:
        # Latency begins when a client's loop was meant to wake, and ends when it has woken.
        wakes_s = 2 * facts["loop_lag_p50"] / 1e3
        services_s = _services_s(facts)
        once = laws.open_loop_latency(load.request_rate_per_s, services_s, load.app_wait_s)
        return (once + wakes_s) * 1e3
    return laws.closed_loop_latency(load.clients, _throughput(load, facts, at_a_time)) * 1e3


def _through_one(load: ProxyLoad) -> float:
    return load.streams


def _through_few(load: ProxyLoad) -> float:
    return min(load.upstream_connections, load.streams)


PREDICTIONS = (
    Prediction(
        "SC-2, MX-1",
        "min(c/s_server, 1/s_client, N/(w + s))",
        "cores that are always busy; costs as measured",
        "deliveries_per_s",
        ("direct",),
        lambda load, facts: _throughput(load, facts, load.clients),
    ),
    Prediction(
        "SC-2, MX-1",
        "min(c/(s_server + s_proxy), 1/s_client, streams/(w + s))",
        "cores that are always busy; costs as measured",
        "deliveries_per_s",
        ("multiplexing",),
        lambda load, facts: _throughput(load, facts, _through_one(load)),
    ),
    Prediction(
        "SC-2, MX-1",
        "min(c/(s_server + s_proxy), 1/s_client, K/(w + s))",
        "cores that are always busy; costs as measured",
        "deliveries_per_s",
        ("demultiplexing",),
        lambda load, facts: _throughput(load, facts, _through_few(load)),
    ),
    Prediction(
        "SC-1, LIT-1",
        "open loop: w + sum of s/(1 - rho) + wake-ups; closed loop: N/X",
        "M/M/1 at each side; Little's law with X of SC-2",
        "latency_mean",
        ("direct",),
        lambda load, facts: _latency_ms(load, facts, load.clients),
    ),
    Prediction(
        "SC-1, LIT-1",
        "open loop: w + sum of s/(1 - rho) + wake-ups; closed loop: N/X",
        "M/M/1 at each side; Little's law with X of SC-2",
        "latency_mean",
        ("multiplexing",),
        lambda load, facts: _latency_ms(load, facts, _through_one(load)),
    ),
    Prediction(
        "SC-1, LIT-1",
        "open loop: w + sum of s/(1 - rho) + wake-ups; closed loop: N/X",
        "M/M/1 at each side; Little's law with X of SC-2",
        "latency_mean",
        ("demultiplexing",),
        lambda load, facts: _latency_ms(load, facts, _through_few(load)),
    ),
)


EXPERIMENT = Experiment(
    name="proxies",
    title="Proxies that change the protocol",
    question="A proxy gathers many HTTP/1.1 connections into one of HTTP/2, or spreads one of "
    "HTTP/2 over a few of HTTP/1.1: what becomes of throughput and latency, and what does a "
    "request cost the backend and the proxy?",
    load=ProxyLoad,
    operations=("query",),
    outcome_operation="query",
    headline=(
        "deliveries_per_s",
        "latency_p50",
        "latency_p99",
        "completeness",
        "server_cpu_us_per_event",
        "proxy_cpu_us_per_event",
        "proxied_capacity_per_s",
        "upstream_connections",
        "downstream_connections",
        "requests_per_upstream_connection",
    ),
    tradeoff=(("backend_cpu_us_per_event", "deliveries_per_s"),),
    quick={"clients": "64", "duration": "2s", "warmup": "500ms"},
    verify_with={"request_rate_per_s": 0.0},
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
