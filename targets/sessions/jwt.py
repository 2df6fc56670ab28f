"""The session is a signed token (JWT) that the visitor keeps; any backend can read it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from bench.model.proxy import Proxy
from targets.sessions._backend import BasketBackend
from targets.sessions._front import front
from targets.sessions._sessions import Sessions
from targets.sessions._tokens import TokenSessions, common_key

TITLE = "signed token"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
PARTS = ({"name": "backend", "role": "server", "count": "backends"},)
EXAMPLE = "curl -i -X POST -H 'Cookie: user=1.1' 'http://{host}:{port}/login'"


class Backend(BasketBackend):
    """Each request verifies a token, and each step signs another; none can be revoked."""

    def sessions(self) -> Sessions:
        own = self.load.own
        self.facts["tokens"] = f"PyJWT {version('PyJWT')}"
        key = common_key(self.data.parent / "signing-key", own.algorithm)
        return TokenSessions(key, own.session_life_s)

    def proxies(self) -> Sequence[Proxy]:
        return [front(self.load.own.backends)]
