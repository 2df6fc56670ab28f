"""The client sends a request; the server holds it until there is an event or a timeout."""

from __future__ import annotations

from aiohttp import web

from bench.model.samples import EVERY
from targets._feeds import LongPollTarget
from targets.notifications._notifying import Notifying

EXAMPLE = "curl -i 'http://{host}:{port}/events?client=0&after=999999'"


class Target(LongPollTarget, Notifying):
    """As short polling, but GET /events waits: nothing between two requests is lost,
    because each request names the last event that its client has seen."""

    def routes(self) -> list[web.RouteDef]:
        return [
            *super().routes(),
            web.get("/position", self.position),
            web.get("/events", self.events),
        ]

    def counts(self) -> dict[str, float]:
        """Of broadcasts: how long until all that an event woke wait again."""
        if not self.source.for_all:
            return {}
        herds = self.source.feed_of(EVERY).herds
        return {"herds": herds.count, "herds_ns": herds.total_ns, "events_inside": herds.inside}
