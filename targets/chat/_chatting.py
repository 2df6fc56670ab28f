"""A chat server over HTTP: rooms, who may speak in them, and who is there.

Knows nothing of how messages reach their members: a pattern names its routes, and says by
`attending` when a member is there.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from aiohttp import web

from scenarios.chat._text import CAME, WENT, is_text
from scenarios.chat.load import rooms
from targets._feeds import FeedTarget
from targets._web import whole_number
from targets.chat._rooms import Room, View


class Visit(NamedTuple):
    """A member's stay in a room, from a login until it is gone."""

    room: int
    member: int
    number: int


class Chatting(FeedTarget):
    """The rooms of a trial; POST /messages says something in one."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.rooms = [Room(self.load.own.keep_messages) for _ in range(rooms(self.load))]
        self._open: Counter[Visit] = Counter()
        self._expiring: dict[Visit, asyncio.TimerHandle] = {}

    # --- whom a request comes from ------------------------------------------------------------

    def visit_of(self, request: web.Request) -> Visit:
        """Room, member and login of a request; HTTP 404 where there is no such room or member."""
        room, member = whole_number(request, "room"), whole_number(request, "member")
        size = self.load.own.room_size
        if not 0 <= room < len(self.rooms):
            raise web.HTTPNotFound(
                text=f"room={room}: there are rooms 0 to {len(self.rooms) - 1}\n"
            )
        if member // size != room:
            first = room * size
            raise web.HTTPNotFound(
                text=f"member={member}: room {room} has members {first} to {first + size - 1}\n"
            )
        return Visit(room, member, whole_number(request, "visit", 0))

    def feed_for(self, request: web.Request) -> View:
        visit = self.visit_of(request)
        return View(self.rooms[visit.room], visit.member)

    # --- what goes up ---------------------------------------------------------------------------

    async def messages(self, request: web.Request) -> web.Response:
        """HTTP 204 where the room has the message, 413 where it is too long, 400 where it is no
        line of text."""
        visit, most = self.visit_of(request), self.load.own.size_limit_bytes
        if (request.content_length or 0) > most:
            raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
        text = b""
        async for part in request.content.iter_any():
            text += part
            if len(text) > most:  # it did not say how long it is
                raise web.HTTPRequestEntityTooLarge(most, len(text))
        if not is_text(text):
            raise web.HTTPBadRequest(text="a message is one line of at least 10 bytes\n")
        self.hear(visit, text)
        return web.Response(status=204)

    def hear(self, visit: Visit, text: bytes) -> None:
        """A member has said something."""
        self.rooms[visit.room].say(visit.member, text)

    # --- who is there ---------------------------------------------------------------------------

    @contextmanager
    def attending(self, request: web.Request) -> Iterator[None]:
        """A member is there as long as it has a connection open or a request held."""
        visit = self.visit_of(request)
        self.enter(visit)
        try:
            yield
        finally:
            self.leave(visit)

    def enter(self, visit: Visit) -> None:
        """A connection or request of a member begins; the first is its login."""
        self._open[visit] += 1
        if timer := self._expiring.pop(visit, None):
            timer.cancel()
        elif self._open[visit] == 1:
            self._tell(CAME, visit)

    def leave(self, visit: Visit, gone_after_s: float = 0.0) -> None:
        """It ends; the member is gone if it has no other, and begins none for so long."""
        self._open[visit] -= 1
        if self._open[visit]:
            return
        del self._open[visit]
        if gone_after_s:
            loop = asyncio.get_running_loop()
            self._expiring[visit] = loop.call_later(gone_after_s, self._expire, visit)
        else:
            self._tell(WENT, visit)

    def _expire(self, visit: Visit) -> None:
        del self._expiring[visit]
        self._tell(WENT, visit)

    def _tell(self, sign: bytes, visit: Visit) -> None:
        """The room is told where members come and go; else nobody asks who is there."""
        if self.load.own.movers:
            self.rooms[visit.room].tell(sign, visit.member, visit.number)
