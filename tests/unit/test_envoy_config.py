"""What Envoy is told: pure dicts, whose parts are looked up by path."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.lab.proxies.envoy_config import (
    PLENTY,
    Certificate,
    Config,
    Listener,
    Upstream,
    addresses,
    admin_port,
    config,
    demultiplexer,
    front,
    multiplexer,
)

HOST = "10.9.0.2"
UPSTREAM = Upstream("10.9.0.1", 9000)
CERTIFICATE = Certificate("/made/cert.pem", "/made/key.pem")

FRONT = front(HOST, 8001, 8002, 8003, UPSTREAM, CERTIFICATE, 8004, max_streams=250)
MULTIPLEXER = multiplexer(HOST, 8001, "10.9.0.1", 9000, 8004, max_streams=300)
DEMULTIPLEXER = demultiplexer(HOST, 8001, "10.9.0.1", 9000, 6, 8004, max_streams=300)
ALL = {"front": FRONT, "multiplexer": MULTIPLEXER, "demultiplexer": DEMULTIPLEXER}


def at(made: Any, *path: Any) -> Any:
    for step in path:
        made = made[step]
    return made


def listener(made: Config, name: str) -> Config:
    (found,) = [one for one in at(made, "static_resources", "listeners") if one["name"] == name]
    return dict(found)


def manager(made: Config, name: str) -> Config:
    path = ("filter_chains", 0, "filters", 0, "typed_config")
    return dict(at(listener(made, name), *path))


def transport(made: Config, name: str) -> Config:
    return dict(at(listener(made, name), "filter_chains", 0, "transport_socket", "typed_config"))


def cluster(made: Config) -> Config:
    return dict(at(made, "static_resources", "clusters", 0))


def limits(made: Config) -> dict[str, int]:
    return dict(at(cluster(made), "circuit_breakers", "thresholds", 0))


def upstream_speaks(made: Config) -> Config:
    (options,) = at(cluster(made), "typed_extension_protocol_options").values()
    return dict(options["explicit_http_config"])


@pytest.mark.parametrize(
    ("made", "name", "codec", "socket", "has_tls"),
    [
        (FRONT, "http1", "HTTP1", ("TCP", HOST, 8001), False),
        (FRONT, "tls", "AUTO", ("TCP", HOST, 8002), True),
        (FRONT, "quic", "HTTP3", ("UDP", HOST, 8003), True),
        (MULTIPLEXER, "http1", "HTTP1", ("TCP", HOST, 8001), False),
        (DEMULTIPLEXER, "http2", "HTTP2", ("TCP", HOST, 8001), False),
    ],
)
def test_each_listener_speaks_what_it_is_for(
    made: Config, name: str, codec: str, socket: tuple[str, str, int], has_tls: bool
) -> None:
    found = listener(made, name)
    assert manager(made, name)["codec_type"] == codec
    assert tuple(at(found, "address", "socket_address").values()) == socket
    assert ("transport_socket" in at(found, "filter_chains", 0)) == has_tls
    assert ("udp_listener_config" in found) == (codec == "HTTP3")


@pytest.mark.parametrize(
    ("protocols", "alpn"),
    [
        (("http2", "http1"), ["h2", "http/1.1"]),
        (("http1", "http2"), ["http/1.1", "h2"]),
        (("http2",), ["h2"]),
    ],
)
def test_tls_is_1_3_and_offers_the_protocols_in_order(protocols: Any, alpn: list[str]) -> None:
    asked = Listener("tls", 8002, protocols, tls=True)
    common = transport(config(HOST, [asked], UPSTREAM, 8004, CERTIFICATE), "tls")[
        "common_tls_context"
    ]
    assert set(common["tls_params"].values()) == {"TLSv1_3"}
    assert common["alpn_protocols"] == alpn
    assert at(common, "tls_certificates", 0, "private_key", "filename") == CERTIFICATE.key


def test_quic_shows_the_same_certificate() -> None:
    shown = {
        name: at(context, "common_tls_context", "tls_certificates")
        for name, context in (
            ("tls", transport(FRONT, "tls")),
            ("quic", transport(FRONT, "quic")["downstream_tls_context"]),
        )
    }
    assert shown["tls"] == shown["quic"]


def test_streams_per_connection_are_settable() -> None:
    assert manager(FRONT, "tls")["http2_protocol_options"] == {"max_concurrent_streams": 250}
    quic = at(listener(FRONT, "quic"), "udp_listener_config", "quic_options")
    assert quic["quic_protocol_options"] == {"max_concurrent_streams": 250}
    assert upstream_speaks(MULTIPLEXER) == {
        "http2_protocol_options": {"max_concurrent_streams": 300}
    }
    assert manager(DEMULTIPLEXER, "http2")["http2_protocol_options"] == {
        "max_concurrent_streams": 300
    }


@pytest.mark.parametrize(
    ("made", "protocol", "connections"),
    [
        (FRONT, "http_protocol_options", PLENTY),
        (MULTIPLEXER, "http2_protocol_options", 1),
        (DEMULTIPLEXER, "http_protocol_options", 6),
    ],
)
def test_only_connections_are_limited(made: Config, protocol: str, connections: int) -> None:
    assert list(upstream_speaks(made)) == [protocol]
    assert limits(made) == {
        "max_connections": connections,
        "max_pending_requests": PLENTY,
        "max_requests": PLENTY,
    }


@pytest.mark.parametrize("name", ALL)
def test_nothing_ends_what_is_under_way_and_nothing_is_added(name: str) -> None:
    for made in at(ALL[name], "static_resources", "listeners"):
        found = manager(ALL[name], made["name"])
        (route,) = at(found, "route_config", "virtual_hosts", 0, "routes")
        assert at(route, "route", "timeout") == "0s"
        assert found["stream_idle_timeout"] == "0s"
        assert at(found, "common_http_protocol_options", "idle_timeout") == "0s"
        assert not found["generate_request_id"]
        assert at(found, "http_filters", 0, "typed_config", "suppress_envoy_headers")
        assert "access_log" not in found


@pytest.mark.parametrize("name", ALL)
def test_everything_is_at_the_place_and_can_be_written_down(name: str) -> None:
    made = ALL[name]
    assert json.loads(json.dumps(made)) == made
    assert admin_port(made) == 8004
    assert at(made, "admin", "address", "socket_address", "address") == HOST
    assert "127.0.0.1" not in json.dumps(made)


def test_addresses_say_where_and_how() -> None:
    assert addresses(FRONT) == {
        "http1": {"port": 8001, "url": f"http://{HOST}:8001"},
        "tls": {"port": 8002, "url": f"https://{HOST}:8002"},
        "quic": {"port": 8003, "url": f"https://{HOST}:8003"},
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"protocols": ()}, "no protocol"),
        ({"protocols": ("http3",)}, "HTTP/3"),
        ({"protocols": ("http3", "http2"), "tls": True}, "HTTP/3"),
    ],
)
def test_impossible_listeners_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Listener("odd", 8001, **fields)


def test_tls_without_a_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="certificate"):
        config(HOST, [Listener("tls", 8001, tls=True)], UPSTREAM, 8004)
