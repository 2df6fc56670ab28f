"""One connection in both directions; the server sends each event as a frame (RFC 6455)."""

from __future__ import annotations

from aiohttp import web

from targets._feeds import SocketTarget
from targets.notifications._notifying import Notifying

TITLE = "WebSocket"
EXAMPLE = "python -m websocket 'ws://{host}:{port}/socket?client=0'"


class Target(SocketTarget, Notifying):
    """GET /socket, upgraded; `after` in the query continues where a client left off."""

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.get("/socket", self.socket)]

    def new_socket(self) -> web.WebSocketResponse:
        return web.WebSocketResponse(compress=self.load.own.deflate == "on")
