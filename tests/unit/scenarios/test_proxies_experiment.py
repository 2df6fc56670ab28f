"""The declaration of `proxies`: parameters, predictions, claims and the metrics they read."""

from __future__ import annotations

import math
from typing import Any

import pytest
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, SECOND, data, reading, row, table

from scenarios.proxies.load import LOAD

EXPERIMENT = EXPERIMENTS["proxies"]

PATTERNS = ("direct", "multiplexing", "demultiplexing")
FACTS = {
    "server_cpu_us_per_event": 20.0,
    "proxy_cpu_us_per_event": 30.0,
    "generator_cpu_us_per_event": 10.0,
    "backend_cores": 1.0,
    "loop_lag_p50": 0.05,
}
FACTS |= {f"half.{key}": value for key, value in FACTS.items() if key.endswith("per_event")}
UNPROXIED = {name: value for name, value in FACTS.items() if "proxy" not in name}


def predicted(pattern: str, metric: str, **load: Any) -> float:
    """What the law says that speaks of an open or a closed loop."""
    is_open = "request_rate_per_s" in load
    entry = next(
        law
        for law in EXPERIMENT.predictions_for(pattern)
        if law.metric == metric and (law.id == "SC-1") == is_open
    )
    return entry.function(LOAD(**load), UNPROXIED if pattern == "direct" else FACTS)


@pytest.mark.parametrize(
    ("pattern", "per_s"), [("direct", 50_000), ("multiplexing", 20_000), ("demultiplexing", 20_000)]
)
def test_busy_cores_limit_throughput_and_latency_follows(pattern: str, per_s: float) -> None:
    assert predicted(pattern, "deliveries_per_s", clients=64) == pytest.approx(per_s)
    assert predicted(pattern, "latency_mean", clients=64) == pytest.approx(64e3 / per_s)


def test_an_application_that_waits_needs_connections() -> None:
    waiting = {"clients": 64, "app_wait_s": 0.01}
    assert predicted("direct", "deliveries_per_s", **waiting) == pytest.approx(64 / 10.03e-3)
    assert predicted("multiplexing", "deliveries_per_s", **waiting) == pytest.approx(64 / 10.06e-3)
    few = predicted("demultiplexing", "deliveries_per_s", **waiting)
    assert few == pytest.approx(6 / 10.05e-3)
    more = predicted("demultiplexing", "deliveries_per_s", **waiting, upstream_connections=12)
    assert more == pytest.approx(2 * few)


def test_few_streams_limit_a_multiplexing_proxy() -> None:
    found = predicted("multiplexing", "deliveries_per_s", clients=64, app_wait_s=0.01, streams=10)
    assert found == pytest.approx(10 / 10.05e-3)


def test_an_open_loop_waits_for_cores_and_wakes() -> None:
    # Backend 50 us, half of the time busy: 100 us; client 10 us at a tenth: 11.1 us; 2 wake-ups.
    found = predicted("multiplexing", "latency_mean", request_rate_per_s=10_000)
    assert found == pytest.approx(0.1 + 0.01 / 0.9 + 0.1)
    assert predicted("multiplexing", "latency_mean", request_rate_per_s=50_000) == math.inf


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_has_both_predictions(pattern: str) -> None:
    assert {p.metric for p in EXPERIMENT.predictions_for(pattern)} == {
        "deliveries_per_s",
        "latency_mean",
    }


# --- the metrics that tell of a proxy --------------------------------------------------------


def measured(key: str, **values: Any) -> float:
    rows = table(row(intended_ns=n * MS, done_ns=(n + 1) * MS) for n in range(120))
    return METRICS[key].function(data(rows, **values))


ENVOY = {
    "t1": {
        "server.connections_used": 5.0,
        "cluster.up.upstream_cx_active": 6.0,
        "http.http1.downstream_cx_active": 64.0,
        "http.http2.downstream_cx_active": 3.0,
        "http.admin.downstream_cx_active": 1.0,
    },
    "end": {"cluster.up.upstream_cx_total": 7.0},
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("upstream_connections", 6),
        ("upstream_connections_used", 5),
        ("upstream_connections_opened", 7),
        ("downstream_connections", 67),
        ("requests_per_upstream_connection", 20),
    ],
)
def test_connections_are_those_that_envoy_counts(key: str, value: float) -> None:
    assert measured(key, counted=ENVOY) == value


def test_without_a_proxy_the_server_counts_connections() -> None:
    counted = {"t1": {"server.connections_used": 40.0}, "end": {}}
    assert measured("upstream_connections", counted=counted) == 40
    assert measured("requests_per_upstream_connection", counted=counted) == 3
    assert math.isnan(measured("downstream_connections", counted=counted))
    assert math.isnan(measured("upstream_connections_opened", counted=counted))


@pytest.mark.parametrize("key", ["upstream_connections", "requests_per_upstream_connection"])
def test_where_nobody_counts_there_is_no_number(key: str) -> None:
    assert math.isnan(measured(key))


def test_a_proxy_without_connections_gives_no_share_of_requests() -> None:
    counted = {"t1": {"cluster.up.upstream_cx_active": 0.0}}
    assert math.isnan(measured("requests_per_upstream_connection", counted=counted))


def test_capacity_is_what_one_core_would_do() -> None:
    # 120 requests for 12 ms of the server and 24 ms of the proxy: 100 and 300 us each.
    marks = {
        "t0": {"server": reading(0), "proxy": reading(0)},
        "t1": {"server": reading(SECOND, 12 * MS), "proxy": reading(SECOND, 24 * MS)},
    }
    assert measured("server_capacity_per_s", marks=marks) == pytest.approx(10_000)
    assert measured("proxied_capacity_per_s", marks=marks) == pytest.approx(1e6 / 300)


def test_capacity_without_a_proxy_is_the_servers() -> None:
    marks = {"t0": {"server": reading(0)}, "t1": {"server": reading(SECOND, 12 * MS)}}
    assert measured("proxied_capacity_per_s", marks=marks) == pytest.approx(10_000)
    assert math.isnan(measured("proxied_capacity_per_s"))


def test_backend_cores_are_those_of_the_trial() -> None:
    marks = {"t0": {"server": reading(0)}}
    assert measured("backend_cores", backend_cores=3, marks=marks) == 3
    assert math.isnan(measured("backend_cores")), "no backend was metered"
