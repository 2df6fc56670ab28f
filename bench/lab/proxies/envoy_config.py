"""What Envoy is told, as a dict: listeners on one side, one upstream on the other (pure).

Opens no socket and writes no file; knows neither processes nor experiments.

Envoy is to carry requests and nothing else.  So nothing here ends a request or a
connection early (no timeouts, no retries), nothing is written down per request,
and no header is added that only one kind of listener would add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Protocol = Literal["http1", "http2", "http3"]
Config = dict[str, Any]

PLENTY = 1_000_000
"""For limits that are not to be met.  Left out, they are 1024, and Envoy answers 503."""

TLS_1_3 = {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"}
ALPN = {"http2": "h2", "http1": "http/1.1"}
CLUSTER = "up"

_API = "type.googleapis.com/envoy.extensions"
_UPSTREAM_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


@dataclass(frozen=True)
class Certificate:
    """Paths of the PEM files that TLS listeners show."""

    cert: str
    key: str


@dataclass(frozen=True)
class Listener:
    """One port that clients connect to.

    With several `protocols` the client chooses: by ALPN under TLS (the first is
    preferred), otherwise by how its connection begins.  `name` is its prefix in the
    counters.  `max_streams` is what one HTTP/2 or HTTP/3 connection may have open.
    """

    name: str
    port: int
    protocols: tuple[Protocol, ...] = ("http1",)
    tls: bool = False
    max_streams: int = 100

    def __post_init__(self) -> None:
        if not self.protocols:
            raise ValueError(f"listener {self.name}: no protocol")
        if self.is_quic and (len(self.protocols) > 1 or not self.tls):
            raise ValueError(f"listener {self.name}: HTTP/3 has a UDP port alone, with TLS")

    @property
    def is_quic(self) -> bool:
        return "http3" in self.protocols


@dataclass(frozen=True)
class Upstream:
    """The one server behind, and how it is connected to.

    Connections are opened when requests need them, `max_connections` at most; what
    finds none free waits.  `max_streams` is what one HTTP/2 connection may have open; it
    must not be more than the server allows.  A new connection is used before the server
    has said its limit, and what is beyond it then fails (503): hypercorn allows 100.
    """

    host: str
    port: int
    protocol: Literal["http1", "http2"] = "http1"
    max_connections: int | None = None
    max_streams: int = 100


def front(
    host: str,
    http1_port: int,
    tls_port: int,
    quic_port: int,
    upstream: Upstream,
    certificate: Certificate,
    admin_port: int,
    max_streams: int = 100,
) -> Config:
    """The same upstream by three ways: HTTP/1.1, TLS with HTTP/2 or 1.1, HTTP/3."""
    listeners = (
        Listener("http1", http1_port),
        Listener("tls", tls_port, ("http2", "http1"), tls=True, max_streams=max_streams),
        Listener("quic", quic_port, ("http3",), tls=True, max_streams=max_streams),
    )
    return config(host, listeners, upstream, admin_port, certificate)


def multiplexer(
    host: str,
    port: int,
    upstream_host: str,
    upstream_port: int,
    admin_port: int,
    max_streams: int = 100,
) -> Config:
    """Many HTTP/1.1 connections in, one HTTP/2 connection out, both cleartext."""
    upstream = Upstream(upstream_host, upstream_port, "http2", 1, max_streams)
    return config(host, [Listener("http1", port)], upstream, admin_port)


def demultiplexer(
    host: str,
    port: int,
    upstream_host: str,
    upstream_port: int,
    connections: int,
    admin_port: int,
    max_streams: int = 100,
) -> Config:
    """HTTP/2 in, at most `connections` HTTP/1.1 connections out, both cleartext."""
    listener = Listener("http2", port, ("http2",), max_streams=max_streams)
    upstream = Upstream(upstream_host, upstream_port, "http1", connections)
    return config(host, [listener], upstream, admin_port)


def config(
    host: str,
    listeners: Sequence[Listener],
    upstream: Upstream,
    admin_port: int,
    certificate: Certificate | None = None,
) -> Config:
    """All that Envoy needs: it listens on `host` and sends everything to `upstream`."""
    return {
        "admin": {"address": _address(host, admin_port)},
        "static_resources": {
            "listeners": [_listener(host, listener, certificate) for listener in listeners],
            "clusters": [_cluster(upstream)],
        },
    }


def admin_port(made: Config) -> int:
    """Where the made config has the counters."""
    return int(made["admin"]["address"]["socket_address"]["port_value"])


def addresses(made: Config) -> dict[str, dict[str, Any]]:
    """By listener's name: its port and the URL of its root."""
    found = {}
    for listener in made["static_resources"]["listeners"]:
        socket = listener["address"]["socket_address"]
        host, port = socket["address"], socket["port_value"]
        scheme = "https" if "transport_socket" in listener["filter_chains"][0] else "http"
        found[listener["name"]] = {"port": port, "url": f"{scheme}://{host}:{port}"}
    return found


def _address(host: str, port: int, protocol: str = "TCP") -> Config:
    return {"socket_address": {"protocol": protocol, "address": host, "port_value": port}}


def _listener(host: str, listener: Listener, certificate: Certificate | None) -> Config:
    chain: Config = {"filters": [_connection_manager(listener)]}
    if listener.tls:
        if certificate is None:
            raise ValueError(f"listener {listener.name}: TLS needs a certificate")
        chain["transport_socket"] = _transport(listener, certificate)
    made = {
        "name": listener.name,
        "stat_prefix": listener.name,
        "address": _address(host, listener.port, "UDP" if listener.is_quic else "TCP"),
        "filter_chains": [chain],
    }
    if listener.is_quic:
        # The connection manager has a field of that name too; a server does not heed it.
        options = {"quic_protocol_options": {"max_concurrent_streams": listener.max_streams}}
        made["udp_listener_config"] = {"quic_options": options}
    return made


def _connection_manager(listener: Listener) -> Config:
    only = listener.protocols[0].upper() if len(listener.protocols) == 1 else "AUTO"
    route = {"cluster": CLUSTER, "timeout": "0s"}
    everything = {"match": {"prefix": "/"}, "route": route}
    return _typed(
        "envoy.filters.network.http_connection_manager",
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=listener.name,
        codec_type=only,
        common_http_protocol_options={"idle_timeout": "0s"},
        http2_protocol_options={"max_concurrent_streams": listener.max_streams},
        # A stream that is silent for 5 minutes would be ended otherwise.
        stream_idle_timeout="0s",
        generate_request_id=False,
        server_header_transformation="PASS_THROUGH",
        route_config={"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [everything]}]},
        http_filters=[
            _typed(
                "envoy.filters.http.router",
                "filters.http.router.v3.Router",
                suppress_envoy_headers=True,
            )
        ],
    )


def _transport(listener: Listener, certificate: Certificate) -> Config:
    pair = {
        "certificate_chain": {"filename": certificate.cert},
        "private_key": {"filename": certificate.key},
    }
    common: Config = {"tls_certificates": [pair]}
    if listener.is_quic:  # which is TLS 1.3 by definition and names its own ALPN
        return _typed(
            "envoy.transport_sockets.quic",
            "transport_sockets.quic.v3.QuicDownstreamTransport",
            downstream_tls_context={"common_tls_context": common},
        )
    common["tls_params"] = TLS_1_3
    common["alpn_protocols"] = [ALPN[protocol] for protocol in listener.protocols]
    return _typed(
        "envoy.transport_sockets.tls",
        "transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context=common,
    )


def _cluster(upstream: Upstream) -> Config:
    if upstream.protocol == "http2":
        # Without TLS nothing is negotiated: it speaks HTTP/2 from the first byte.
        speaks: Config = {
            "http2_protocol_options": {"max_concurrent_streams": upstream.max_streams}
        }
    else:
        speaks = {"http_protocol_options": {}}
    endpoint = {"endpoint": {"address": _address(upstream.host, upstream.port)}}
    limits = {
        "max_connections": upstream.max_connections or PLENTY,
        "max_pending_requests": PLENTY,
        "max_requests": PLENTY,
    }
    return {
        "name": CLUSTER,
        "type": "STATIC",
        "connect_timeout": "5s",
        "typed_extension_protocol_options": {
            _UPSTREAM_OPTIONS: {
                "@type": f"type.googleapis.com/{_UPSTREAM_OPTIONS}",
                "explicit_http_config": speaks,
            }
        },
        "circuit_breakers": {"thresholds": [limits]},
        "load_assignment": {
            "cluster_name": CLUSTER,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }


def _typed(name: str, kind: str, **fields: Any) -> Config:
    return {"name": name, "typed_config": {"@type": f"{_API}.{kind}", **fields}}
