"""SSE as one stream of an HTTP/2 connection over TLS, which Envoy ends before the server."""

from __future__ import annotations

from typing import Any

from targets.notifications import sse

TITLE = "SSE over HTTP/2"
REQUIRES = ("envoy",)
EXAMPLE = "curl -N 'http://{host}:{port}/stream?client=0'"


class Target(sse.Target):
    """The server of SSE as it is; Envoy passes each part on as it comes, in HTTP/2 frames."""

    def front(self) -> dict[str, Any]:
        return {"kind": "page"}
