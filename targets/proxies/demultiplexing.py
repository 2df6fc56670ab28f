"""A proxy spreads the streams of one HTTP/2 connection over a few HTTP/1.1 connections."""

from __future__ import annotations

from typing import Any

from targets.proxies._backend import QueryTarget

TITLE = "demultiplexing proxy"
REQUIRES = ("envoy",)
EXAMPLE = "curl -i 'http://{host}:{port}/'"


class Target(QueryTarget):
    """The same backend, spoken to in HTTP/1.1, behind Envoy."""

    def front(self) -> dict[str, Any]:
        return {
            "kind": "demultiplexing",
            "connections": self.load.own.upstream_connections,
            "streams": self.load.own.streams,
        }
