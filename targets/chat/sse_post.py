"""Each message is a request; what the others say comes over one endless response."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from targets._feeds import StreamTarget
from targets.chat._chatting import Chatting, Visit

TITLE = "SSE and POST"
EXAMPLE = "curl -N 'http://{host}:{port}/stream?room=0&member=0'"

MISSED_SIGNS = 2
"""A member that has sent nothing for so many heartbeats is gone."""


class Target(StreamTarget, Chatting):
    """GET /stream to hear, POST /messages to speak, POST /alive as a sign of life.

    The kernel of a killed member closes its stream.  A silent one is noticed where there are
    heartbeats: nothing comes up from it any more, and the server cuts its stream.
    """

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)
        self._silent: dict[Visit, asyncio.TimerHandle] = {}
        self._streams: dict[Visit, asyncio.BaseTransport] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/stream", self.stream),
            web.post("/messages", self.messages),
            web.post("/alive", self.alive),
        ]

    @contextmanager
    def attending(self, request: web.Request) -> Iterator[None]:
        visit, transport = self.visit_of(request), request.transport
        assert transport is not None
        self._streams[visit] = transport
        self._expect(visit)
        try:
            with super().attending(request):
                yield
        finally:
            if self._streams.get(visit) is transport:
                del self._streams[visit]
                if timer := self._silent.pop(visit, None):
                    timer.cancel()

    def _expect(self, visit: Visit) -> None:
        """Something must come up from a member in time."""
        heartbeat_s = self.load.own.heartbeat_s
        if not heartbeat_s or visit not in self._streams:
            return
        if timer := self._silent.pop(visit, None):
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._silent[visit] = loop.call_later(MISSED_SIGNS * heartbeat_s, self._cut, visit)

    def _cut(self, visit: Visit) -> None:
        self._silent.pop(visit, None)
        if transport := self._streams.get(visit):
            transport.abort()  # type: ignore[attr-defined]

    async def alive(self, request: web.Request) -> web.Response:
        """A sign of life; HTTP 204."""
        self._expect(self.visit_of(request))
        return web.Response(status=204)

    def hear(self, visit: Visit, text: bytes) -> None:
        self._expect(visit)
        super().hear(visit, text)
