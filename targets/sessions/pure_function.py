"""No sessions: each request has all that its answer needs, such as whether a number is prime."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bench.model.proxy import Proxy
from targets._web import whole_number_of
from targets.sessions._backend import HttpBackend
from targets.sessions._front import front
from targets.sessions._numbers import MOST, is_prime
from targets.sessions._sessions import Refusal

TITLE = "pure function"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
PARTS = ({"name": "backend", "role": "server", "count": "backends"},)
EXAMPLE = "curl -i 'http://{host}:{port}/prime/127'"


class Backend(HttpBackend):
    """GET /prime/N; nothing is kept from one request to the next."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/prime/{number}", self.guarded(self._prime))]

    async def _prime(self, request: web.Request) -> web.Response:
        number = whole_number_of("number", request.match_info["number"])
        if not 0 <= number < MOST:
            raise Refusal(f"number={number}: must be 0 or more, and less than {MOST}")
        return self.answer("prime\n" if is_prime(number) else "composite\n")

    def proxies(self) -> Sequence[Proxy]:
        return [front(self.load.own.backends)]
