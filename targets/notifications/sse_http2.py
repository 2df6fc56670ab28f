"""SSE as one stream of an HTTP/2 connection over TLS, terminated by Envoy in front of the "
"server."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets._proxies import three_ways
from targets.notifications import sse

TITLE = "SSE over HTTP/2"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -N 'http://{host}:{port}/stream?client=0'"


class Target(sse.Target):
    """The SSE server unchanged; Envoy forwards each part as it arrives, in HTTP/2 frames."""

    def proxies(self) -> Sequence[Proxy]:
        return [three_ways()]
