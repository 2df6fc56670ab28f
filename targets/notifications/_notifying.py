"""A notification server over HTTP: an event source, and something else to ask for.

Knows nothing of how events reach clients.
"""

from __future__ import annotations

from aiohttp import web

from targets._events import EventSource, Feed
from targets._feeds import FeedTarget
from targets._web import whole_number

ELSE_BODY = "x" * 100


class Notifying(FeedTarget):
    """GET /else answers at once, whatever the events: what a bystander asks for."""

    source: EventSource

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.source = EventSource(self.load, self.seed)
        self.burn_s = self.load.own.burn_s

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/else", self.something_else)]

    def feed_for(self, request: web.Request) -> Feed:
        return self.source.feed_of(whole_number(request, "client"))

    async def something_else(self, _: web.Request) -> web.Response:
        return web.Response(text=ELSE_BODY)
