"""Each message is a request; another request waits at the server until somebody else speaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from targets._feeds import LongPollTarget
from targets.chat._chatting import Chatting

EXAMPLE = "curl -i 'http://{host}:{port}/events?room=0&member=0&after=0'"


class Target(LongPollTarget, Chatting):
    """GET /events?after=n waits for what the others say after n.

    Who has had no request under way for a while is gone.  The kernel of a killed member closes the
    connection, which ends its request; that of a silent one ends at its timeout.
    """

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/position", self.position),
            web.get("/events", self.events),
            web.post("/messages", self.messages),
        ]

    @contextmanager
    def attending(self, request: web.Request) -> Iterator[None]:
        visit = self.visit_of(request)
        self.enter(visit)
        try:
            yield
        finally:
            self.leave(visit, self.load.own.gone_after_s)
