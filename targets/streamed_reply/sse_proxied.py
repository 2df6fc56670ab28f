"""SSE through a proxy that passes it on, or buffers whole responses."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets.streamed_reply import sse
from targets.streamed_reply._front import front

TITLE = "SSE through a proxy"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -N 'http://{host}:{port}/reply?pieces=50'"
COMPARED = False
ON_REQUEST = True


class Target(sse.Target):
    """The SSE server unchanged, with one Envoy in front of it."""

    def proxies(self) -> Sequence[Proxy]:
        return [front(self.load.own.proxy)]
