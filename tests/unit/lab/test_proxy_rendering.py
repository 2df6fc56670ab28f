"""What Envoy is told: pure dicts, whose parts are looked up by path."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.lab.proxies.rendering.common import (
    PLENTY,
    CertificateFiles,
    Config,
    Placement,
    lines,
    seconds,
)
from bench.lab.proxies.rendering.upstreams import broken_files, endpoints_file
from bench.lab.proxies.rendering.whole import render
from bench.model.proxy import (
    BufferBodies,
    CacheResponses,
    Ejection,
    Endpoint,
    Filter,
    Limits,
    Listener,
    Proxy,
    Retry,
    Route,
    StickySessions,
    TraceRequests,
    Upstream,
)

HOST = "10.9.0.2"
SERVER = Endpoint("10.9.0.1", 9000)
FILES = CertificateFiles("/ca", "/cert", "/key", "/client-cert", "/client-key")
UP = Upstream("up", ("server",))
LISTENERS = {
    "http1": Listener("http1"),
    "http2": Listener("http2", ("http2",), max_streams=250),
    "tls": Listener("tls", ("http2", "http1"), tls=True, max_streams=250),
    "quic": Listener("quic", ("http3",), tls=True, max_streams=250),
    "raw": Listener("raw", ("tcp",)),
}


def made(*listeners: Listener, upstreams: tuple[Upstream, ...] = (UP,), **fields: Any) -> Config:
    proxy = Proxy("a", listeners or (LISTENERS["http1"],), upstreams, **fields)
    ports = {listener.name: 8001 + number for number, listener in enumerate(proxy.listeners)}
    endpoints = {upstream.name: [SERVER] for upstream in upstreams}
    return render(proxy, Placement("a", HOST, ports, endpoints, "/own", FILES))


ALL = made(*LISTENERS.values())


def at(found: Any, *path: Any) -> Any:
    for step in path:
        found = found[step]
    return found


def listener(config: Config, name: str = "http1") -> Config:
    (found,) = [one for one in at(config, "static_resources", "listeners") if one["name"] == name]
    return dict(found)


def manager(config: Config, name: str = "http1") -> Config:
    return dict(at(listener(config, name), "filter_chains", 0, "filters", 0, "typed_config"))


def transport(config: Config, name: str) -> Config:
    return dict(at(listener(config, name), "filter_chains", 0, "transport_socket", "typed_config"))


def cluster(config: Config) -> Config:
    return dict(at(config, "static_resources", "clusters", 0))


def only_upstream(asked: Upstream) -> Config:
    return cluster(made(upstreams=(asked,)))


@pytest.mark.parametrize(
    ("name", "codec", "socket", "has_tls"),
    [
        ("http1", "HTTP1", ("TCP", HOST, 8001), False),
        ("http2", "HTTP2", ("TCP", HOST, 8002), False),
        ("tls", "AUTO", ("TCP", HOST, 8003), True),
        ("quic", "HTTP3", ("UDP", HOST, 8004), True),
    ],
)
def test_each_listener_speaks_what_it_is_for(
    name: str, codec: str, socket: tuple[str, str, int], has_tls: bool
) -> None:
    found = listener(ALL, name)
    assert manager(ALL, name)["codec_type"] == codec
    assert tuple(at(found, "address", "socket_address").values()) == socket
    assert ("transport_socket" in at(found, "filter_chains", 0)) == has_tls
    assert ("udp_listener_config" in found) == (codec == "HTTP3")


def test_a_tcp_listener_passes_bytes_on() -> None:
    found = manager(ALL, "raw")
    assert found["@type"].endswith(".TcpProxy")
    assert (found["cluster"], found["idle_timeout"]) == ("up", "0s")


@pytest.mark.parametrize(
    ("protocols", "alpn"),
    [
        (("http2", "http1"), ["h2", "http/1.1"]),
        (("http1", "http2"), ["http/1.1", "h2"]),
        (("http2",), ["h2"]),
        (("tcp",), None),
    ],
)
def test_tls_is_1_3_and_offers_the_protocols_in_order(
    protocols: Any, alpn: list[str] | None
) -> None:
    common = transport(made(Listener("tls", protocols, tls=True)), "tls")["common_tls_context"]
    assert set(common["tls_params"].values()) == {"TLSv1_3"}
    assert common.get("alpn_protocols") == alpn
    assert at(common, "tls_certificates", 0, "private_key", "filename") == FILES.key


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("name", ["tls", "quic"])
def test_a_client_certificate_is_required_where_asked_for(name: str, asked: bool) -> None:
    protocols = LISTENERS[name].protocols
    config = made(Listener(name, protocols, tls=True, client_certificate=asked))
    context = transport(config, name)
    context = context.get("downstream_tls_context", context)
    assert context.get("require_client_certificate", False) == asked
    trusted = at(context, "common_tls_context").get("validation_context")
    assert trusted == ({"trusted_ca": {"filename": FILES.ca}} if asked else None)


def test_quic_shows_the_same_certificate() -> None:
    shown = {
        name: at(context, "common_tls_context", "tls_certificates")
        for name, context in (
            ("tls", transport(ALL, "tls")),
            ("quic", transport(ALL, "quic")["downstream_tls_context"]),
        )
    }
    assert shown["tls"] == shown["quic"]


@pytest.mark.parametrize("protocol", ["http1", "http2", "tcp"])
@pytest.mark.parametrize("shows", [False, True])
def test_tls_upstream_is_1_3_and_checks_the_name(protocol: Any, shows: bool) -> None:
    asked = Upstream("up", ("server",), protocol, tls=True, client_certificate=shows)
    context = at(only_upstream(asked), "transport_socket", "typed_config")
    common = context["common_tls_context"]
    assert context["sni"] == "localhost"
    assert set(common["tls_params"].values()) == {"TLSv1_3"}
    assert common.get("alpn_protocols") == {"http1": ["http/1.1"], "http2": ["h2"]}.get(protocol)
    (name,) = at(common, "validation_context", "match_typed_subject_alt_names")
    assert name == {"san_type": "DNS", "matcher": {"exact": "localhost"}}
    shown = [pair["private_key"]["filename"] for pair in common.get("tls_certificates", [])]
    assert shown == ([FILES.client_key] if shows else [])


def test_streams_per_connection_are_settable() -> None:
    assert manager(ALL, "tls")["http2_protocol_options"] == {"max_concurrent_streams": 250}
    quic = at(listener(ALL, "quic"), "udp_listener_config", "quic_options")
    assert quic["quic_protocol_options"] == {"max_concurrent_streams": 250}


@pytest.mark.parametrize(
    ("protocol", "speaks"),
    [
        ("http1", {"http_protocol_options": {}}),
        ("http2", {"http2_protocol_options": {"max_concurrent_streams": 300}}),
        ("tcp", None),
    ],
)
def test_an_upstream_is_spoken_to_in_its_protocol(protocol: Any, speaks: Config | None) -> None:
    found = only_upstream(Upstream("up", ("server",), protocol, max_streams=300))
    options = found.get("typed_extension_protocol_options", {})
    assert [one["explicit_http_config"] for one in options.values()] == ([speaks] if speaks else [])


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(), (PLENTY, PLENTY, PLENTY)),
        (Limits(connections=6), (6, PLENTY, PLENTY)),
        (Limits(pending=0, requests=5), (PLENTY, 0, 5)),
    ],
)
def test_only_what_is_asked_for_is_limited(limits: Limits, expected: tuple[int, int, int]) -> None:
    found = only_upstream(Upstream("up", ("server",), limits=limits))
    (thresholds,) = at(found, "circuit_breakers", "thresholds")
    assert tuple(thresholds.values()) == (*expected, PLENTY)


@pytest.mark.parametrize("name", [name for name in LISTENERS if name != "raw"])
def test_nothing_ends_what_is_under_way_and_nothing_is_added(name: str) -> None:
    found = manager(ALL, name)
    (route,) = at(found, "route_config", "virtual_hosts", 0, "routes")
    assert route["route"] == {"cluster": "up", "timeout": "0s"}
    assert found["stream_idle_timeout"] == "0s"
    assert at(found, "common_http_protocol_options", "idle_timeout") == "0s"
    assert not found["generate_request_id"]
    assert at(found, "http_filters", 0, "typed_config", "suppress_envoy_headers")
    assert not {"access_log", "tracing", "upgrade_configs"} & found.keys()


def test_retries_and_timeouts_are_those_asked_for() -> None:
    retry = Retry(3, ("server_error", "reset"), try_timeout_s=0.25)
    config = made(upstreams=(Upstream("up", ("server",), retry=retry, timeout_s=2),))
    (route,) = at(manager(config), "route_config", "virtual_hosts", 0, "routes")
    policy = route["route"]["retry_policy"]
    assert route["route"]["timeout"] == "2s"
    assert (policy["retry_on"], policy["num_retries"]) == ("5xx,reset", 3)
    assert policy["per_try_timeout"] == "0.25s"


def test_an_endpoint_rests_after_so_many_failures_and_only_where_asked_for() -> None:
    found = only_upstream(Upstream("up", ("server",), ejection=Ejection(failures=3, rest_s=0.5)))
    detection = found["outlier_detection"]
    assert detection["consecutive_5xx"] == 3
    times = ("base_ejection_time", "max_ejection_time")
    assert [detection[name] for name in times] == ["0.5s", "0.5s"]
    assert detection["max_ejection_percent"] == 100
    assert at(found, "common_lb_config", "healthy_panic_threshold", "value") == 0
    assert not {"outlier_detection", "common_lb_config"} & set(only_upstream(UP))


def test_routes_are_in_order_and_the_empty_name_is_the_first_upstream() -> None:
    routes = (Route("/api", "api"), Route())
    both = (UP, Upstream("api", ("server",)))
    found = manager(made(Listener("http1", routes=routes), upstreams=both))
    table = [
        (one["match"]["prefix"], one["route"]["cluster"])
        for one in at(found, "route_config", "virtual_hosts", 0, "routes")
    ]
    assert table == [("/api", "api"), ("/", "up")]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (BufferBodies("requests", 7), "envoy.filters.http.buffer"),
        (BufferBodies("responses", 7), "envoy.filters.http.file_system_buffer"),
        (CacheResponses(), "envoy.filters.http.cache"),
        (StickySessions("who"), "envoy.filters.http.stateful_session"),
    ],
)
def test_filters_come_before_the_router(asked: Filter, name: str) -> None:
    found = at(manager(made(filters=(asked,))), "http_filters")
    assert [one["name"] for one in found] == [name, "envoy.filters.http.router"]


def test_tracing_sends_each_requests_span_to_its_upstream() -> None:
    both = (UP, Upstream("collector", ("collector",)))
    found = manager(made(upstreams=both, filters=(TraceRequests("collector", "a"),)))
    service = at(found, "tracing", "provider", "typed_config")
    assert service["service_name"] == "a"
    uri = at(service, "http_service", "http_uri")
    assert (uri["uri"], uri["cluster"]) == ("http://10.9.0.1:9000/v1/traces", "collector")
    assert found["generate_request_id"]
    assert [one["name"] for one in found["http_filters"]] == ["envoy.filters.http.router"]


def test_upgrades_and_access_log_where_asked_for() -> None:
    asked = Listener("http1", upgrades=("websocket",))
    found = manager(made(asked, access_log=True))
    assert found["upgrade_configs"] == [{"upgrade_type": "websocket"}]
    assert at(found, "access_log", 0, "typed_config", "path") == "/own/access.log"


def test_endpoints_from_a_file_stand_in_no_cluster() -> None:
    found = only_upstream(Upstream("up", ("server",), from_file=True))
    assert found["type"] == "EDS"
    assert "load_assignment" not in found
    source = at(found, "eds_cluster_config", "eds_config", "path_config_source")
    assert source == {"path": "/own/endpoints-up.json"}
    (resource,) = endpoints_file("up", [SERVER])["resources"]
    static = only_upstream(UP)["load_assignment"]
    assert {key: resource[key] for key in static} == static


def test_broken_files_differ_from_the_whole_one_and_from_each_other() -> None:
    whole = endpoints_file("up", [SERVER])
    ways = broken_files(whole)
    assert len(set(ways)) == len(ways) == 5
    assert json.dumps(whole) not in ways


def test_spans_do_not_wait_for_more_where_requests_are_traced() -> None:
    both = (UP, Upstream("collector", ("collector",)))
    traced = made(upstreams=both, filters=(TraceRequests("collector", "a"),))
    (layer,) = traced["layered_runtime"]["layers"]
    assert layer["static_layer"]["tracing.opentelemetry.flush_interval_ms"] <= 100
    assert "layered_runtime" not in made()


def test_everything_is_at_the_place_and_can_be_written_down() -> None:
    assert json.loads(json.dumps(ALL)) == ALL
    assert at(ALL, "admin", "address", "pipe", "path") == "admin"
    assert "127.0.0.1" not in json.dumps(ALL)


def test_tls_without_certificates_is_refused() -> None:
    proxy = Proxy("a", (LISTENERS["tls"],), (UP,))
    bare = Placement("a", HOST, {"tls": 8001}, {"up": [SERVER]}, "/own")
    with pytest.raises(ValueError, match="certificates"):
        render(proxy, bare)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0s"), (2, "2s"), (0.25, "0.25s"), (1e-9, "0.000000001s"), (100, "100s")],
)
def test_durations(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("config", "count"),
    [
        ({"a": 1}, 1),
        ({"a": {}}, 1),
        ({"a": [], "b": None}, 2),
        ({"a": {"b": "c", "d": {"e": True}}}, 4),
        ({"a": ["b", "c"]}, 3),
        ({"a": [{"b": 1, "c": 2}, {"d": 3}]}, 4),
    ],
)
def test_lines_are_those_of_yaml(config: Config, count: int) -> None:
    """One for each value, and one for each name of several: `a:`, `  - b`."""
    assert lines(config) == count
