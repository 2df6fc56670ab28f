"""Signed tokens, and a list in Redis of those that were revoked: each request asks it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from bench.model.proxy import Proxy
from targets.sessions._backend import BasketBackend
from targets.sessions._denied import RevocableTokens
from targets.sessions._front import front
from targets.sessions._sessions import Sessions
from targets.sessions._tokens import common_key

TITLE = "token and deny list"
REQUIRES = ("envoy", "redis")
PROXIES = ("proxy",)
PARTS = ({"name": "backend", "role": "server", "count": "backends"},)
EXAMPLE = "curl -i -X POST -H 'Cookie: user=1.1' 'http://{host}:{port}/login'"


class Backend(BasketBackend):
    """A logout revokes the token; without the store nobody knows whether one is revoked."""

    def sessions(self) -> Sessions:
        own = self.load.own
        self.facts["tokens"] = f"PyJWT {version('PyJWT')}"
        key = common_key(self.data.parent / "signing-key", own.algorithm)
        url = str(self.services["redis"]["url"])
        return RevocableTokens(key, own.session_life_s, url, own.store_timeout_s)

    def proxies(self) -> Sequence[Proxy]:
        return [front(self.load.own.backends)]
