"""One request, one endless response: the server writes each event into it (WHATWG event stream)."""

from __future__ import annotations

import contextlib

from aiohttp import web

from targets._events import Feed
from targets._slow import SendLimit, burn
from targets._web import whole_number
from targets.notifications._feeds import PushTarget

TITLE = "SSE"
EXAMPLE = "curl -N 'http://{host}:{port}/stream?client=0'"


class Target(PushTarget):
    """GET /stream; Last-Event-ID continues where a client left off."""

    keep_alives = 0

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.get("/stream", self.stream)]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        feed = self.source.feed_of(whole_number(request, "client"))
        seen = _last_event_id(request, feed.last)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        response.enable_chunked_encoding()
        await response.prepare(request)
        # An id without data is no event, but tells a client where it stands.
        await response.write(b"id: %d\n\n" % seen)
        assert request.transport is not None
        limit = self.limit_of(request.transport)
        with contextlib.suppress(ConnectionError):  # the client is gone
            await self.send(response, feed, seen, limit)
        return response

    async def send(
        self, response: web.StreamResponse, feed: Feed, seen: int, limit: SendLimit
    ) -> None:
        """Write what comes after `seen`, without end."""
        while True:
            news = await feed.wait(seen, self.load.own.keep_alive_s)
            if not news:
                # A comment: proxies and clients see that the stream lives.
                self.keep_alives += 1
                await response.write(b":\n\n")
            for event in news:
                burn(self.load.own.burn_s)
                if limit.admits(len(news) > 1):
                    await response.write(b"id: %d\ndata: %b\n\n" % (event.sequence, event.payload))
                seen = event.sequence

    def counts(self) -> dict[str, float]:
        return {**super().counts(), "keep_alives": self.keep_alives}


def _last_event_id(request: web.Request, default: int) -> int:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if text.isdecimal() else default
