"""The client asks every T what is new; the server answers at once, mostly "nothing"."""

from __future__ import annotations

from aiohttp import web

from targets._feeds import PollTarget
from targets.notifications._notifying import Notifying

EXAMPLE = "curl -i 'http://{host}:{port}/events?client=0&after=0'"


class Target(PollTarget, Notifying):
    """GET /position returns the feed's position, GET /events?after=n the events since n."""

    def routes(self) -> list[web.RouteDef]:
        return [
            *super().routes(),
            web.get("/position", self.position),
            web.get("/events", self.events),
        ]
