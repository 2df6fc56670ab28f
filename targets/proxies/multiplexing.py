"""A proxy carries the requests of all HTTP/1.1 connections over one HTTP/2 connection."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Limits, Listener, Proxy, Upstream
from targets.proxies._backend import QueryTarget

TITLE = "multiplexing proxy"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -i --http2-prior-knowledge 'http://{host}:{port}/'"
PARTS = ({"name": "server", "role": "server", "side": "services", "class": "Target"},)


class Target(QueryTarget):
    """The same backend behind Envoy, over HTTP/2."""

    def proxies(self) -> Sequence[Proxy]:
        # No more streams than the server allows: those beyond would be refused while
        # the connection is new and the proxy has not heard the limit.
        one = Upstream(
            "up",
            ("server",),
            protocol="http2",
            max_streams=self.load.own.streams,
            limits=Limits(connections=1),
        )
        return [Proxy("proxy", (Listener("http1"),), (one,))]
