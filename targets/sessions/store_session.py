"""Sessions in a store, Redis or PostgreSQL, that all backends ask with each request."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from scenarios.sessions.load import REDIS
from targets.sessions._backend import BasketBackend
from targets.sessions._front import front
from targets.sessions._postgres import PostgresSessions
from targets.sessions._redis import RedisSessions
from targets.sessions._sessions import Sessions

TITLE = "session in a store"
REQUIRES = ("envoy", "redis", "postgres")
PROXIES = ("proxy",)
PARTS = ({"name": "backend", "role": "server", "count": "backends"},)
EXAMPLE = "curl -i -X POST -H 'Cookie: user=1.1' 'http://{host}:{port}/login'"


class Backend(BasketBackend):
    """Each request is one round trip to the store, which reads and changes the session."""

    def sessions(self) -> Sessions:
        own = self.load.own
        kind = RedisSessions if own.store == REDIS else PostgresSessions
        url = str(self.services[own.store]["url"])
        return kind(url, own.session_life_s, own.store_timeout_s)

    def proxies(self) -> Sequence[Proxy]:
        return [front(self.load.own.backends)]
