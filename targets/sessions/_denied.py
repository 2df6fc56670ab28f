"""Tokens that can be revoked: Redis keeps the ids of those that were, until they would expire."""

from __future__ import annotations

import math
from typing import Any

from targets._redis import client_of
from targets.sessions._redis import told
from targets.sessions._sessions import Answer, Unknown
from targets.sessions._tokens import Key, TokenSessions

PREFIX = "denied:"


class RevocableTokens(TokenSessions):
    """Each request asks whether its token was revoked."""

    def __init__(self, key: Key, life_s: float, url: str, timeout_s: float) -> None:
        super().__init__(key, life_s)
        self._client, self._timeout_s = client_of(url), timeout_s
        self.operations = 0

    async def granted(self, credential: str, user: str) -> dict[str, Any]:
        claims = await super().granted(credential, user)
        self.operations += 1
        work = self._client.exists(PREFIX + claims["jti"])
        if await told(self._client, work, self._timeout_s):
            raise Unknown("the token is refused: it was revoked")
        return claims

    async def close(self, credential: str, user: str) -> Answer:
        """A logout whose answer was lost can be repeated: nobody asks whether it was done."""
        claims = await super().granted(credential, user)
        self.operations += 1
        left_s = max(1, math.ceil(claims["exp"] - self._clock()))
        work = self._client.set(PREFIX + claims["jti"], "", ex=left_s)
        await told(self._client, work, self._timeout_s)
        return Answer(claims["items"])

    async def stop(self) -> None:
        await self._client.aclose()
