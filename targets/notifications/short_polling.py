"""The client asks every T what is new; the server answers at once, mostly "nothing"."""

from __future__ import annotations

from aiohttp import web

from bench.model.payload import SEPARATOR
from targets._events import Event
from targets._slow import burn
from targets._web import whole_number
from targets.notifications._feeds import FeedTarget

EXAMPLE = "curl -i 'http://{host}:{port}/events?client=0&after=0'"


class Target(FeedTarget):
    """GET /position returns the feed's position, GET /events?after=n the events since n."""

    def routes(self) -> list[web.RouteDef]:
        return [
            *super().routes(),
            web.get("/position", self.position),
            web.get("/events", self.events),
        ]

    async def position(self, request: web.Request) -> web.Response:
        feed = self.source.feed_of(whole_number(request, "client"))
        return web.Response(text=str(feed.last))

    async def events(self, request: web.Request) -> web.Response:
        feed = self.source.feed_of(whole_number(request, "client"))
        news = feed.since(whole_number(request, "after"))
        return self.reply(news)

    def reply(self, news: list[Event]) -> web.Response:
        """All of the news in one body, or HTTP 204 where there is none."""
        if not news:
            return web.Response(status=204)
        burn(self.load.own.burn_s * len(news))
        return web.Response(body=SEPARATOR.join([event.payload for event in news]))
