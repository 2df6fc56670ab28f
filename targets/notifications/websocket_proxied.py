"""WebSocket through a proxy that passes it on, refuses upgrades, or collects whole responses."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets.notifications import websocket
from targets.notifications._front import front

TITLE = "WebSocket through a proxy"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "python -m websocket 'ws://{host}:{port}/socket?client=0'"
COMPARED = False
ON_REQUEST = True


class Target(websocket.Target):
    """The WebSocket server unchanged, with one Envoy in front of it."""

    def proxies(self) -> Sequence[Proxy]:
        return [front(self.load.own.proxy)]
