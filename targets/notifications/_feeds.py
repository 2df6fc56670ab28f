"""A notification server over HTTP: an event source, and something else to ask for.

Knows nothing of how events reach clients.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from targets._events import EventSource
from targets._slow import SendLimit
from targets._web import WebTarget

ELSE_BODY = "x" * 100


class FeedTarget(WebTarget):
    """GET /else answers at once, whatever the events: what a bystander asks for."""

    source: EventSource

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.source = EventSource(self.load, self.seed)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/else", self.something_else)]

    async def something_else(self, _: web.Request) -> web.Response:
        return web.Response(text=ELSE_BODY)


class PushTarget(FeedTarget):
    """A server that writes to each client; where a fault stops clients it counts what piles up."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)
        self._limits: list[SendLimit] = []

    def limit_of(self, transport: asyncio.WriteTransport) -> SendLimit:
        """The limit of a new connection."""
        limit = SendLimit(transport, self.load)
        self._limits.append(limit)
        return limit

    def counts(self) -> dict[str, float]:
        if "clients" not in self.load.faults.fault:
            return {}
        return {
            "send_backlog_bytes": sum(limit.backlog_bytes for limit in self._limits),
            "full_send_buffers": sum(limit.was_full for limit in self._limits),
            "dropped_events": sum(limit.dropped for limit in self._limits),
        }
