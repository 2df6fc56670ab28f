"""All that one Envoy is told.

Opens no socket and writes no file.
"""

from __future__ import annotations

from bench.lab.proxies.rendering.common import ADMIN, Config, Placement
from bench.lab.proxies.rendering.listeners import listener
from bench.lab.proxies.rendering.upstreams import cluster
from bench.model.proxy import Proxy


def render(proxy: Proxy, placement: Placement) -> Config:
    """The configuration of one process of a proxy, JSON-able."""
    return {
        # Without a name it refuses endpoints from a file.
        "node": {"id": placement.name, "cluster": proxy.name},
        "admin": {"address": {"pipe": {"path": ADMIN}}},
        "static_resources": {
            "listeners": [listener(proxy, asked, placement) for asked in proxy.listeners],
            "clusters": [cluster(asked, placement) for asked in proxy.upstreams],
        },
    }
