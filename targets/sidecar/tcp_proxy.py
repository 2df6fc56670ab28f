"""Envoy passes bytes on at the same two places, and sees no requests (layer 4)."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets._sidecars import tcp_sidecars
from targets.sidecar._server import Service

TITLE = "TCP proxies"
REQUIRES = ("envoy",)
PROXIES = ("server_sidecar", "client_sidecar.*")
EXAMPLE = "curl -i 'http://{host}:{port}/item'"


class Target(Service):
    """The service, with Envoy's `tcp_proxy` beside it and beside each client."""

    def proxies(self) -> Sequence[Proxy]:
        return tcp_sidecars()
