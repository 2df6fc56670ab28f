"""All that one Envoy is told.

Opens no socket and writes no file.
"""

from __future__ import annotations

from bench.lab.proxies.rendering.common import ADMIN, Config, Placement
from bench.lab.proxies.rendering.listeners import listener
from bench.lab.proxies.rendering.upstreams import cluster
from bench.model.proxy import Proxy, TraceRequests

SPANS = {
    "tracing.opentelemetry.flush_interval_ms": 50,
    "tracing.opentelemetry.min_flush_spans": 50,
}
"""The last spans come soon after the last request: left out, up to 5 s after it."""


def render(proxy: Proxy, placement: Placement) -> Config:
    """The configuration of one process of a proxy, JSON-able."""
    made: Config = {
        # Without a name it refuses endpoints from a file.
        "node": {"id": placement.name, "cluster": proxy.name},
        # What is read is then what there is; histograms would be up to 5 s old.
        "stats_flush_on_admin": True,
        "admin": {"address": {"pipe": {"path": ADMIN}}},
        "static_resources": {
            "listeners": [listener(proxy, asked, placement) for asked in proxy.listeners],
            "clusters": [cluster(asked, placement) for asked in proxy.upstreams],
        },
    }
    if any(isinstance(one, TraceRequests) for one in proxy.filters):
        made["layered_runtime"] = {"layers": [{"name": "fixed", "static_layer": SPANS}]}
    return made
