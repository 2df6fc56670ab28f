"""The side of a proxy that servers see: clusters, their limits and endpoints.

Opens no socket and writes no file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bench.lab.proxies.rendering import tls
from bench.lab.proxies.rendering.common import (
    PLENTY,
    Config,
    Placement,
    address,
    any_of,
    seconds,
)
from bench.model.proxy import Ejection, Endpoint, Limits, Upstream

_OPTIONS = "extensions.upstreams.http.v3.HttpProtocolOptions"
SWEEP_S = 0.05
"""How often it is looked whether an ejected endpoint may come back; 10 s if left out."""

BALANCE = {"round_robin": "ROUND_ROBIN", "least_request": "LEAST_REQUEST", "random": "RANDOM"}


def cluster(asked: Upstream, placement: Placement) -> Config:
    """One upstream; without limits but those that are asked for."""
    made: Config = {
        "name": asked.name,
        "connect_timeout": "5s",
        "lb_policy": BALANCE[asked.balance],
        "circuit_breakers": {"thresholds": [_thresholds(asked.limits)]},
    }
    if asked.protocol != "tcp":
        made["typed_extension_protocol_options"] = {
            f"envoy.{_OPTIONS}": any_of(_OPTIONS, explicit_http_config=_speaks(asked))
        }
    if asked.ejection is not None:
        made |= _ejecting(asked.ejection)
    if asked.tls:
        made["transport_socket"] = tls.upstream(asked, placement.needed_certificates())
    if asked.from_file:
        source = {
            "path_config_source": {"path": placement.endpoints_path(asked.name)},
            "resource_api_version": "V3",
        }
        return {**made, "type": "EDS", "eds_cluster_config": {"eds_config": source}}
    assignment = _assignment(asked.name, placement.endpoints[asked.name])
    return {**made, "type": "STATIC", "load_assignment": assignment}


def endpoints_file(upstream: str, endpoints: Sequence[Endpoint]) -> Config:
    """What the file of an upstream's endpoints says; it must be replaced by a rename."""
    kind = "config.endpoint.v3.ClusterLoadAssignment"
    return {"resources": [any_of(kind, **_assignment(upstream, endpoints))]}


def broken_files(content: Config) -> list[str]:
    """Files that no proxy should take, made from one that it would."""
    whole = json.dumps(content)
    nowhere = whole.replace('"port_value"', '"no_such_field"')
    return [
        "",
        whole[: len(whole) // 2],
        nowhere,
        whole.replace('"cluster_name": "', '"cluster_name": "not-'),
        json.dumps({"resources": [{"@type": "type.googleapis.com/no.such.Type"}]}),
    ]


def _assignment(upstream: str, endpoints: Sequence[Endpoint]) -> Config:
    found = [{"endpoint": {"address": address(endpoint)}} for endpoint in endpoints]
    return {"cluster_name": upstream, "endpoints": [{"lb_endpoints": found}]}


def _speaks(asked: Upstream) -> Config:
    if asked.protocol == "http2":
        # Without TLS nothing is negotiated: it speaks HTTP/2 from the first byte.
        return {"http2_protocol_options": {"max_concurrent_streams": asked.max_streams}}
    return {"http_protocol_options": {}}


def _ejecting(asked: Ejection) -> Config:
    """Timeouts and lost connections count as statuses from 500 on do."""
    rest = seconds(asked.rest_s)
    detection = {
        "consecutive_5xx": asked.failures,
        "enforcing_success_rate": 0,
        "interval": seconds(SWEEP_S),
        "base_ejection_time": rest,
        # Otherwise it grows with each time.
        "max_ejection_time": rest,
        "max_ejection_percent": 100,
    }
    return {
        "outlier_detection": detection,
        # Otherwise all get requests again once half of them are ejected.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
    }


def _thresholds(limits: Limits) -> dict[str, int]:
    asked = {
        "max_connections": limits.connections,
        "max_pending_requests": limits.pending,
        "max_requests": limits.requests,
        "max_retries": None,
    }
    return {name: PLENTY if value is None else value for name, value in asked.items()}
