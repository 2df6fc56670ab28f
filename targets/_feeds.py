"""Servers whose clients follow a feed: by polls, over an unending response, over a socket.

How an event goes out is written here once for all experiments in which clients wait for news.
Knows neither where the events are made nor who follows which feed: an experiment writes
`feed_for`, and each pattern names its routes.
"""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AbstractContextManager
from typing import Protocol

from aiohttp import WSMessage, web

from bench.model.payload import SEPARATOR
from targets._events import Event
from targets._slow import SendLimit, burn
from targets._web import WebTarget, whole_number


class Followed(Protocol):
    """What a client follows: a feed, or one client's view of it."""

    @property
    def last(self) -> int: ...
    def since(self, sequence: int) -> list[Event]: ...
    async def wait(self, sequence: int, timeout_s: float | None = None) -> list[Event]: ...


class FeedTarget(WebTarget):
    """An experiment says whom a request comes from, by `feed_for`."""

    burn_s = 0.0
    """CPU time to waste on each delivery."""

    def feed_for(self, request: web.Request) -> Followed:
        """The feed that the client of a request follows; an HTTP error where there is none."""
        raise NotImplementedError

    def attending(self, request: web.Request) -> AbstractContextManager[None]:  # noqa: ARG002
        """Entered while a client's request is held, or its connection open."""
        return contextlib.nullcontext()


class PollTarget(FeedTarget):
    """GET /position returns the feed's position, GET /events?after=n the events since n."""

    async def position(self, request: web.Request) -> web.Response:
        return web.Response(text=str(self.feed_for(request).last))

    async def events(self, request: web.Request) -> web.Response:
        feed = self.feed_for(request)
        news = feed.since(whole_number(request, "after"))
        return self.reply(news)

    def reply(self, news: list[Event]) -> web.Response:
        """All of the news in one body, or HTTP 204 where there is none."""
        if not news:
            return web.Response(status=204)
        burn(self.burn_s * len(news))
        return web.Response(body=SEPARATOR.join([event.payload for event in news]))


class LongPollTarget(PollTarget):
    """As short polling, but GET /events waits: nothing between two requests is lost,
    because each request names the last event that its client has seen."""

    async def events(self, request: web.Request) -> web.Response:
        feed = self.feed_for(request)
        with self.attending(request):
            news = await feed.wait(
                whole_number(request, "after"), self.load.own.long_poll_timeout_s
            )
        return self.reply(news)


class PushTarget(FeedTarget):
    """A server that writes to each client; where a fault stops clients it counts what piles up."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
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


class StreamTarget(PushTarget):
    """GET /stream; Last-Event-ID continues where a client left off."""

    keep_alives = 0

    async def stream(self, request: web.Request) -> web.StreamResponse:
        feed = self.feed_for(request)
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
        with contextlib.suppress(ConnectionError), self.attending(request):  # the client is gone
            await self.send_stream(response, feed, seen, limit)
        return response

    async def send_stream(
        self, response: web.StreamResponse, feed: Followed, seen: int, limit: SendLimit
    ) -> None:
        """Write what comes after `seen`, without end."""
        while True:
            news = await feed.wait(seen, self.load.own.keep_alive_s)
            if not news:
                # A comment: proxies and clients see that the stream lives.
                self.keep_alives += 1
                await response.write(b":\n\n")
            for event in news:
                burn(self.burn_s)
                if limit.admits(len(news) > 1):
                    await response.write(b"id: %d\ndata: %b\n\n" % (event.sequence, event.payload))
                seen = event.sequence

    def counts(self) -> dict[str, float]:
        return {**super().counts(), "keep_alives": self.keep_alives}


POSITION = "X-Position"
"""Header of the upgrade that tells a client where it stands."""


class SocketTarget(PushTarget):
    """GET /socket, upgraded; `after` in the query continues where a client left off."""

    def new_socket(self) -> web.WebSocketResponse:
        """The socket of a new connection, not yet upgraded."""
        return web.WebSocketResponse(compress=False)

    async def take(
        self, request: web.Request, socket: web.WebSocketResponse, message: WSMessage
    ) -> None:
        """What a client says; by default nobody listens."""

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        feed = self.feed_for(request)
        seen = whole_number(request, "after", feed.last)
        socket = self.new_socket()
        socket.headers[POSITION] = str(seen)
        await socket.prepare(request)
        assert request.transport is not None
        limit = self.limit_of(request.transport)
        sending = asyncio.create_task(self.send_frames(socket, feed, seen, limit))
        try:
            with self.attending(request):
                async for message in socket:  # this also sees them close
                    await self.take(request, socket, message)
        finally:
            sending.cancel()
        return socket

    async def send_frames(
        self, socket: web.WebSocketResponse, feed: Followed, seen: int, limit: SendLimit
    ) -> None:
        """Send what comes after `seen` until the client is gone."""
        try:
            while True:
                news = await feed.wait(seen)
                for event in news:
                    burn(self.burn_s)
                    if limit.admits(len(news) > 1):
                        await socket.send_bytes(event.payload)
                    seen = event.sequence
        except ConnectionError:
            return


def _last_event_id(request: web.Request, default: int) -> int:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if text.isdecimal() else default
