"""A backend over HTTP that serves visitors with baskets; a pattern says how it keeps sessions.

    POST /login              Cookie: user=7.1                 200 and a cookie `session`
    PUT  /basket/3           Cookie: user=7.1; session=...    200 and the basket, an item a line
    POST /logout             the same                         200 and the basket

400: no name, or an item that is none.  401: no session, or none that is known.  403: that of
another user.  409: a place beyond the next free one.  431: headers too large.  503: no store.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from scenarios.sessions._workflow import SEPARATOR
from scenarios.sessions.load import MOST_ITEM_BYTES
from targets._web import WebTarget, whole_number_of
from targets.sessions._sessions import Answer, Refusal, Sessions, Unknown

MOST_HEADER_BYTES = 32_768
"""What all headers of a request may take: a token with a full basket has half of it."""

PARSER_BYTES = 65_536
"""What the parser takes for one header: more than the proxy lets through."""

NAME = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")
ITEM = re.compile(rf"[A-Za-z0-9.-]{{1,{MOST_ITEM_BYTES}}}")
ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Lax"

Handler = Callable[[web.Request], Awaitable[web.Response]]


class HttpBackend(WebTarget):
    """One of several equal backends, as a proxy sees it: each says in its answers which one."""

    server_settings: Mapping[str, Any] = {
        "max_field_size": PARSER_BYTES,
        "max_line_size": PARSER_BYTES,
    }
    served = refused = 0

    @property
    def shown_number(self) -> int:
        """By which clients know it: no two backends of a trial have the same."""
        return self.number

    def answer(self, body: str, status: int = 200, cookie: str = "") -> web.Response:
        """A short answer with this backend's number."""
        headers = {"X-Backend": str(self.shown_number)}
        if cookie:
            headers["Set-Cookie"] = f"session={cookie}{ATTRIBUTES}"
        return web.Response(text=body, status=status, headers=headers)

    def guarded(self, handler: Handler) -> Handler:
        """A handler whose refusals are answers, and that reads no oversized headers."""

        async def handle(request: web.Request) -> web.Response:
            self.served += 1
            size = sum(len(name) + len(value) for name, value in request.raw_headers)
            if size > MOST_HEADER_BYTES:
                self.refused += 1
                return self.answer(f"headers of {size} B: {MOST_HEADER_BYTES} are the most\n", 431)
            try:
                return await handler(request)
            except Refusal as refusal:
                self.refused += 1
                return self.answer(f"{refusal}\n", refusal.status)

        return handle

    def counts(self) -> dict[str, float]:
        found = {"served": self.served, "refused": self.refused}
        return {f"{self.part}.{self.number}.{name}": float(value) for name, value in found.items()}


class BasketBackend(HttpBackend):
    """Serves baskets; where sessions are is what `sessions` says."""

    kept: Sessions

    def sessions(self) -> Sessions:
        """Where this backend keeps them."""
        raise NotImplementedError

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/login", self.guarded(self._login)),
            web.put("/basket/{place}", self.guarded(self._put)),
            web.post("/logout", self.guarded(self._logout)),
        ]

    async def start(self, port: int) -> int:
        self.kept = self.sessions()
        await self.kept.start()
        return await super().start(port)

    async def stop(self) -> None:
        await self.kept.stop()

    def counts(self) -> dict[str, float]:
        name = f"{self.part}.{self.number}.store_operations"
        return {**super().counts(), name: float(self.kept.operations)}

    async def _login(self, request: web.Request) -> web.Response:
        return self._shown(await self.kept.open(_user(request)))

    async def _put(self, request: web.Request) -> web.Response:
        user, credential = _user(request), _credential(request)
        place = whole_number_of("place", request.match_info["place"])
        item = await request.text()
        if not ITEM.fullmatch(item):
            raise Refusal(f"an item has 1 to {MOST_ITEM_BYTES} of A-Z a-z 0-9 . -")
        return self._shown(await self.kept.put(credential, user, place, item))

    async def _logout(self, request: web.Request) -> web.Response:
        return self._shown(await self.kept.close(_credential(request), _user(request)))

    def _shown(self, answer: Answer) -> web.Response:
        return self.answer(SEPARATOR.join(answer.basket), cookie=answer.credential)


def _user(request: web.Request) -> str:
    name = request.cookies.get("user", "")
    if not NAME.fullmatch(name):
        raise Refusal("the cookie `user` must name a visitor: CLIENT.WORKFLOW, such as 7.1")
    return name


def _credential(request: web.Request) -> str:
    if found := request.cookies.get("session", ""):
        return found
    raise Unknown("there is no cookie `session`; POST /login first")
