"""Each message is a request; members ask every T what the others said."""

from __future__ import annotations

from aiohttp import web

from targets._feeds import PollTarget
from targets.chat._chatting import Chatting

EXAMPLE = "curl -i 'http://{host}:{port}/events?room=0&member=0&after=0'"

MISSED_POLLS = 2
"""A member that has not asked for so many intervals is gone."""


class Target(PollTarget, Chatting):
    """GET /events?after=n returns what the others said since n.

    Who has missed two polls is gone: a member that is killed and one whose link is silent look the
    same.
    """

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/position", self.position),
            web.get("/events", self.events),
            web.post("/messages", self.messages),
        ]

    async def events(self, request: web.Request) -> web.Response:
        visit = self.visit_of(request)
        if self.load.own.movers:
            self.enter(visit)
            self.leave(visit, MISSED_POLLS * self.load.own.poll_interval_s)
        return await super().events(request)
