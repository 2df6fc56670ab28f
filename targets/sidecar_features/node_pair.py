"""Program and server in Node.js with the same pair of sidecars as `envoy_pair`."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets.sidecar_features._around import PASSED, layer7
from targets.sidecar_features._collector import CollectorTarget
from targets.sidecar_features._node import NodeProgram, NodeServer

TITLE = "Node.js, Envoy pair"
REQUIRES = ("envoy", "nodejs", "redis")
PROXIES = ("client_sidecar", "server_sidecar")
PARTS = (
    {"name": "collector", "role": "collector"},
    {"name": "server", "role": "server", "count": "backends"},
    {"name": "program", "role": "caller", "side": "clients"},
)
EXAMPLE = "curl -i http://{host}:{port}/call/0/1"


class Collector(CollectorTarget):
    """Takes the spans of both sidecars."""


class Server(NodeServer):
    """That of `node_direct`."""

    def proxies(self) -> Sequence[Proxy]:
        return layer7(self.load)


class Program(NodeProgram):
    """That of `node_direct`."""

    services_passed = PASSED
