"""A proxy spreads the streams of one HTTP/2 connection over a few HTTP/1.1 connections."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Limits, Listener, Proxy, Upstream
from targets.proxies._backend import QueryTarget

TITLE = "demultiplexing proxy"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -i 'http://{host}:{port}/'"
PARTS = ({"name": "server", "role": "server", "side": "services", "class": "Target"},)


class Target(QueryTarget):
    """The same backend behind Envoy, over HTTP/1.1."""

    def proxies(self) -> Sequence[Proxy]:
        listener = Listener("http2", ("http2",), max_streams=self.load.own.streams)
        few = Limits(connections=self.load.own.upstream_connections)
        return [Proxy("proxy", (listener,), (Upstream("up", ("server",), limits=few),))]
