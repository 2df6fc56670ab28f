"""Envoy beside each client and beside the service: HTTP/1.1 outside, HTTP/2 and mTLS between."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets._sidecars import sidecars
from targets.sidecar._server import Service

TITLE = "pair of sidecars"
REQUIRES = ("envoy",)
PROXIES = ("server_sidecar", "client_sidecar.*")
EXAMPLE = "curl -i 'http://{host}:{port}/item'"


class Target(Service):
    """The service, which knows nothing of its sidecar."""

    def proxies(self) -> Sequence[Proxy]:
        return sidecars()
