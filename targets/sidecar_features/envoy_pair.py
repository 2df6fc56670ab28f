"""A pair of sidecars that see requests (layer 7): HTTP/2 and mTLS between them, and the rest."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets.sidecar_features._around import PASSED, layer7
from targets.sidecar_features._collector import CollectorTarget
from targets.sidecar_features._program import PythonProgram
from targets.sidecar_features._server import PythonServer

TITLE = "Envoy pair"
REQUIRES = ("envoy", "redis")
PROXIES = ("client_sidecar", "server_sidecar")
PARTS = (
    {"name": "collector", "role": "collector"},
    {"name": "server", "role": "server", "count": "backends"},
    {"name": "program", "role": "caller", "side": "clients"},
)
EXAMPLE = "curl -i http://{host}:{port}/call/0/1"


class Collector(CollectorTarget):
    """Takes the spans of both sidecars."""


class Server(PythonServer):
    """That of `direct`."""

    def proxies(self) -> Sequence[Proxy]:
        return layer7(self.load)


class Program(PythonProgram):
    """That of `direct`."""

    services_passed = PASSED
