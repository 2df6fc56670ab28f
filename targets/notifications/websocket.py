"""One connection in both directions; the server sends each event as a frame (RFC 6455)."""

from __future__ import annotations

import asyncio

from aiohttp import web

from targets._events import Feed
from targets._slow import SendLimit, burn
from targets._web import whole_number
from targets.notifications._feeds import PushTarget

TITLE = "WebSocket"
POSITION = "X-Position"
"""Header of the upgrade that tells a client where it stands."""

EXAMPLE = "python -m websocket 'ws://{host}:{port}/socket?client=0'"


class Target(PushTarget):
    """GET /socket, upgraded; `after` in the query continues where a client left off."""

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.get("/socket", self.socket)]

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        feed = self.source.feed_of(whole_number(request, "client"))
        seen = whole_number(request, "after", feed.last)
        socket = web.WebSocketResponse(compress=self.load.own.deflate == "on")
        socket.headers[POSITION] = str(seen)
        await socket.prepare(request)
        assert request.transport is not None
        limit = self.limit_of(request.transport)
        sending = asyncio.create_task(self.send(socket, feed, seen, limit))
        try:
            async for _ in socket:  # clients say nothing; this sees them close
                pass
        finally:
            sending.cancel()
        return socket

    async def send(
        self, socket: web.WebSocketResponse, feed: Feed, seen: int, limit: SendLimit
    ) -> None:
        """Send what comes after `seen` until the client is gone."""
        try:
            while True:
                news = await feed.wait(seen)
                for event in news:
                    burn(self.load.own.burn_s)
                    if limit.admits(len(news) > 1):
                        await socket.send_bytes(event.payload)
                    seen = event.sequence
        except ConnectionError:
            return
