"""Sidecars as descriptions: what the pair speaks on each hop, and where extras go."""

from __future__ import annotations

from typing import Any

import pytest

from bench.lab.proxies.instances import in_order, needed_names
from bench.lab.proxies.rendering.common import CertificateFiles, Config, Placement
from bench.lab.proxies.rendering.whole import render
from bench.model.errors import UsageError
from bench.model.proxy import (
    CacheResponses,
    Endpoint,
    Proxy,
    Retry,
    TraceRequests,
    Upstream,
)
from targets import _sidecars as sidecars

FILES = CertificateFiles("/ca", "/cert", "/key", "/client-cert", "/client-key")
TLS_1_3 = {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"}
NEAR, FAR = sidecars.sidecars()


def rendered(proxy: Proxy) -> Config:
    ports = {listener.name: 8000 for listener in proxy.listeners}
    there = {upstream.name: [Endpoint("10.9.0.1", 9000)] for upstream in proxy.upstreams}
    return render(proxy, Placement(proxy.name, "10.9.0.2", ports, there, "/own", FILES))


def parts(proxy: Proxy) -> tuple[Any, Any]:
    """The only filter chain and the first cluster."""
    resources = rendered(proxy)["static_resources"]
    return resources["listeners"][0]["filter_chains"][0], resources["clusters"][0]


def test_the_application_speaks_http1_at_both_ends_in_the_clear() -> None:
    chain, _ = parts(NEAR)
    assert chain["filters"][0]["typed_config"]["codec_type"] == "HTTP1"
    assert "transport_socket" not in chain
    _, cluster = parts(FAR)
    assert "transport_socket" not in cluster
    (options,) = cluster["typed_extension_protocol_options"].values()
    assert "http_protocol_options" in options["explicit_http_config"]


def test_between_them_is_http2_with_tls_1_3_and_certificates_at_both_ends() -> None:
    _, cluster = parts(NEAR)
    (options,) = cluster["typed_extension_protocol_options"].values()
    assert "http2_protocol_options" in options["explicit_http_config"]
    shown = cluster["transport_socket"]["typed_config"]["common_tls_context"]
    assert shown["tls_params"] == TLS_1_3
    assert shown["alpn_protocols"] == ["h2"]
    assert shown["tls_certificates"][0]["certificate_chain"]["filename"] == "/client-cert"
    chain, _ = parts(FAR)
    assert chain["filters"][0]["typed_config"]["codec_type"] == "HTTP2"
    asked = chain["transport_socket"]["typed_config"]
    assert asked["require_client_certificate"] is True
    assert asked["common_tls_context"]["tls_params"] == TLS_1_3
    assert asked["common_tls_context"]["validation_context"]["trusted_ca"]["filename"] == "/ca"


def test_each_client_has_its_own_and_one_stands_before_the_server() -> None:
    assert (NEAR.per_client, NEAR.side) == (True, "clients")
    assert (FAR.per_client, FAR.side) == (False, "backend")
    assert [one.name for one in in_order([NEAR, FAR])] == ["server_sidecar", "client_sidecar"]
    assert needed_names(FAR) == {"server"}
    shared, _ = sidecars.sidecars(per_client=False)
    assert not shared.per_client


def test_what_else_they_do_is_added_and_nothing_else_changes() -> None:
    traced = sidecars.client_sidecar(
        filters=(CacheResponses(), TraceRequests("collector", "client_sidecar")),
        upstreams=(Upstream("collector", ("collector",)),),
        retry=Retry(2),
        from_file=True,
        to=("first.mesh", "second.mesh"),
        timeout_s=3.0,
    )
    chain, cluster = parts(traced)
    manager = chain["filters"][0]["typed_config"]
    names = [one["name"].rpartition(".")[2] for one in manager["http_filters"]]
    assert names == ["cache", "router"]
    assert manager["tracing"]["provider"]["typed_config"]["service_name"] == "client_sidecar"
    route = manager["route_config"]["virtual_hosts"][0]["routes"][0]["route"]
    assert route["retry_policy"]["num_retries"] == 2
    assert route["timeout"] == "3s"
    assert cluster["type"] == "EDS"
    assert traced.upstreams[0].endpoints == ("first.mesh", "second.mesh")
    _, plain = parts(NEAR)
    assert cluster["transport_socket"] == plain["transport_socket"]


def test_at_layer_4_nothing_is_parsed_and_nothing_is_encrypted() -> None:
    for proxy in sidecars.tcp_sidecars():
        chain, cluster = parts(proxy)
        assert chain["filters"][0]["name"].endswith("tcp_proxy")
        assert "transport_socket" not in chain
        assert "transport_socket" not in cluster
        assert "typed_extension_protocol_options" not in cluster
    assert [one.name for one in sidecars.tcp_sidecars()] == [NEAR.name, FAR.name]


def test_a_trace_needs_a_collector() -> None:
    with pytest.raises(UsageError, match="no upstream 'collector'"):
        sidecars.client_sidecar(filters=(TraceRequests("collector"),))
