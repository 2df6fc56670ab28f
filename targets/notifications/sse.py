"""One request, one endless response: the server writes each event into it (WHATWG event stream)."""

from __future__ import annotations

from aiohttp import web

from targets._feeds import StreamTarget
from targets.notifications._notifying import Notifying

TITLE = "SSE"
EXAMPLE = "curl -N 'http://{host}:{port}/stream?client=0'"


class Target(StreamTarget, Notifying):
    """GET /stream; Last-Event-ID continues where a client left off."""

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.get("/stream", self.stream)]
