"""A proxy carries the requests of all HTTP/1.1 connections over one HTTP/2 connection."""

from __future__ import annotations

from typing import Any

from targets.proxies._backend import QueryTarget

TITLE = "multiplexing proxy"
REQUIRES = ("envoy",)
EXAMPLE = "curl -i --http2-prior-knowledge 'http://{host}:{port}/'"


class Target(QueryTarget):
    """The same backend, spoken to in HTTP/2, behind Envoy."""

    def front(self) -> dict[str, Any]:
        # No more streams than the server allows: those beyond would be refused while
        # the connection is new and Envoy has not heard the limit.
        return {"kind": "multiplexing", "streams": self.load.own.streams}
