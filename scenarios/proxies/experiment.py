"""The experiment `proxies`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.model.experiment import Experiment
from bench.model.law import Facts, Prediction
from bench.model.load import Load
from bench.model.outcome import OutcomeNoun
from scenarios.proxies import laws
from scenarios.proxies.claims import CLAIMS, NORMAL
from scenarios.proxies.load import LOAD, ProxyLoad


def _cost_s(facts: Facts, role: str) -> float:
    return facts[f"{role}_cpu_us_per_event"] / 1e6


def _proxy_s(facts: Facts) -> float:
    """0 where there is no proxy."""
    return facts.get("proxy_cpu_us_per_event", 0.0) / 1e6


def _services_s(facts: Facts) -> tuple[float, float]:
    """What a request takes on the backend's cores, and on the load process's."""
    return _cost_s(facts, "server") + _proxy_s(facts), _cost_s(facts, "generator")


def _through_all(load: Load[ProxyLoad]) -> int:
    return load.window.clients


def _through_one(load: Load[ProxyLoad]) -> int:
    return load.own.streams


def _through_few(load: Load[ProxyLoad]) -> int:
    return min(load.own.upstream_connections, load.own.streams)


def _throughput(load: Load[ProxyLoad], facts: Facts, at_a_time: int) -> float:
    """The most that cores, connections to the backend and clients let through."""
    backend_s, client_s = _services_s(facts)
    most = min(
        laws.pinned_throughput(
            facts["backend_cores"], _cost_s(facts, "server"), _proxy_s(facts), 1, client_s
        ),
        laws.connections_throughput(at_a_time, load.own.app_wait_s, backend_s),
        laws.connections_throughput(load.window.clients, load.own.app_wait_s, backend_s + client_s),
    )
    return min(load.own.request_rate_per_s, most) if load.own.request_rate_per_s else most


def _latency_ms(load: Load[ProxyLoad], facts: Facts, at_a_time: int) -> float:
    if not load.own.request_rate_per_s:
        return (
            laws.closed_loop_latency(load.window.clients, _throughput(load, facts, at_a_time)) * 1e3
        )
    # It begins when a client's loop was meant to wake, and ends when it has woken.
    wakes_s = 2 * facts["loop_lag_p50"] / 1e3
    once_s = laws.open_loop_latency(
        load.own.request_rate_per_s, _services_s(facts), load.own.app_wait_s
    )
    return (once_s + wakes_s) * 1e3


def _predictions(
    pattern: str, at_a_time: Callable[[Load[ProxyLoad]], int], formula: str
) -> tuple[Prediction, Prediction]:
    """Throughput and latency where so many requests may be under way at the backend."""
    return (
        Prediction(
            "SC-2, MX-1",
            formula,
            "something is always busy: an upper bound; costs as measured",
            "deliveries_per_s",
            (pattern,),
            lambda load, facts: _throughput(load, facts, at_a_time(load)),
        ),
        Prediction(
            "SC-1, LIT-1",
            "w + sum of s/(1 - rho) + wake-ups; closed loop: N/X",
            "M/M/1 on either side; Little's law with the X of SC-2 and MX-1",
            "latency_mean",
            (pattern,),
            lambda load, facts: _latency_ms(load, facts, at_a_time(load)),
        ),
    )


PREDICTIONS = (
    *_predictions(
        "direct", _through_all, "least of c/s_server, 1/s_client, N/(w + s_server + s_client)"
    ),
    *_predictions(
        "multiplexing",
        _through_one,
        "least of c/(s_server + s_proxy), 1/s_client, N/(w + all s), streams/(w + backend s)",
    ),
    *_predictions(
        "demultiplexing",
        _through_few,
        "least of c/(s_server + s_proxy), 1/s_client, N/(w + all s), K/(w + backend s)",
    ),
)


EXPERIMENT = Experiment(
    name="proxies",
    title="Proxies that change the protocol",
    question="A proxy merges many HTTP/1.1 connections into one HTTP/2 connection, or spreads "
    "one HTTP/2 connection over a few HTTP/1.1 connections: what happens to throughput and "
    "latency, and what does a request cost the backend and the proxy?",
    load=LOAD,
    operations=("query",),
    outcome_operation="query",
    noun=OutcomeNoun.of_work("request", "requests", "answered"),
    work_by="clients",
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
