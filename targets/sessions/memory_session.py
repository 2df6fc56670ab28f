"""Sessions in the memory of the backend that a visitor logged in at; a cookie leads back to it."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from scenarios.sessions.load import COOKIE
from targets.sessions._backend import BasketBackend
from targets.sessions._front import front
from targets.sessions._memory import MemorySessions
from targets.sessions._sessions import Sessions

TITLE = "session in memory"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
PARTS = ({"name": "backend", "role": "server", "count": "backends"},)
EXAMPLE = "curl -i -X POST -H 'Cookie: user=1.1' 'http://{host}:{port}/login'"


class Backend(BasketBackend):
    """A restart forgets all sessions; another backend knows none of them."""

    def sessions(self) -> Sessions:
        return MemorySessions(self.load.own.session_life_s)

    def proxies(self) -> Sequence[Proxy]:
        own = self.load.own
        return [front(own.backends, own.affinity == COOKIE)]
