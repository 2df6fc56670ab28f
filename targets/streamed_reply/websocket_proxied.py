"""WebSocket through a proxy that passes it on, or buffers whole responses."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets.streamed_reply import websocket
from targets.streamed_reply._front import front

TITLE = "WebSocket through a proxy"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "python -m websocket 'ws://{host}:{port}/socket'"
COMPARED = False
ON_REQUEST = True


class Target(websocket.Target):
    """The WebSocket server unchanged, with one Envoy in front of it."""

    def proxies(self) -> Sequence[Proxy]:
        return [front(self.load.own.proxy)]
