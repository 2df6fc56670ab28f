"""The client sends a request; the server holds it until there is an event or a timeout."""

from __future__ import annotations

from aiohttp import web

from bench.model.samples import EVERY
from targets._web import whole_number
from targets.notifications import short_polling

EXAMPLE = "curl -i 'http://{host}:{port}/events?client=0&after=999999'"


class Target(short_polling.Target):
    """As short polling, but GET /events waits: nothing between two requests is lost,
    because each request names the last event that its client has seen."""

    async def events(self, request: web.Request) -> web.Response:
        feed = self.source.feed_of(whole_number(request, "client"))
        news = await feed.wait(whole_number(request, "after"), self.load.own.long_poll_timeout_s)
        return self.reply(news)

    def counts(self) -> dict[str, float]:
        """Of broadcasts: how long until all that an event woke wait again."""
        if not self.source.for_all:
            return {}
        herds = self.source.feed_of(EVERY).herds
        return {"herds": herds.count, "herds_ns": herds.total_ns, "events_inside": herds.inside}
