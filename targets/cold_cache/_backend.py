"""A backend over HTTP that looks values up in Redis; a pattern says whether it keeps them.

    GET /value/17      200 and the value; X-Cache: hit or miss

400: no such key.  503: the store does not answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import redis.asyncio as redis
from aiohttp import web

from bench.model.proxy import Listener, Proxy, Retry, Upstream
from scenarios.cold_cache.load import value_of
from targets._redis import RedisAway, answered, client_of
from targets._web import WebTarget, whole_number_of

LIVES = "lives"
BATCH = 1000


class CacheBackend(WebTarget):
    """One of several equal backends; `life` is how often it was started again."""

    life = served = store_operations = 0
    _client: redis.Redis

    # --- what a pattern writes ----------------------------------------------------------------

    def kept(self, key: int) -> str | None:
        """What is in the cache."""
        raise NotImplementedError

    def keep(self, key: int, value: str) -> None:
        """Keep a value that came from the store."""
        raise NotImplementedError

    # --- the server ---------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/value/{key}", self.value)]

    async def start(self, port: int) -> int:
        path = self.data / LIVES
        self.life = int(path.read_text()) + 1 if path.exists() else 0
        self.data.mkdir(parents=True, exist_ok=True)
        path.write_text(str(self.life))
        url = str(self.services["redis"]["url"])
        self._client = client_of(url)
        if not self.life:
            await self._begin()
        return await super().start(port)

    async def _begin(self) -> None:
        """The first life begins as if it had lasted long: the store and the cache are full."""
        own = self.load.own
        values = {key: value_of(key, own.payload_bytes) for key in range(own.keys)}
        for key, value in values.items():
            self.keep(key, value)
        if not self.number:
            names = list(values)
            for place in range(0, len(names), BATCH):
                part = names[place : place + BATCH]
                await self._client.mset({self._name(key): values[key] for key in part})

    def _name(self, key: int) -> str:
        return f"value:{self.load.own.payload_bytes}:{key}"

    async def value(self, request: web.Request) -> web.Response:
        key = whole_number_of("key", request.match_info["key"])
        if not 0 <= key < self.load.own.keys:
            raise web.HTTPBadRequest(text=f"key={key}: must be 0 to {self.load.own.keys - 1}\n")
        self.served += 1
        found = self.kept(key)
        is_hit = found is not None
        if found is None:
            try:
                found = await self._read(key)
            except RedisAway as error:
                return web.Response(status=503, text=f"{error}\n")
            self.keep(key, found)
        headers = {
            "X-Backend": str(self.number),
            "X-Life": str(self.life),
            "X-Cache": "hit" if is_hit else "miss",
        }
        return web.Response(text=found, headers=headers)

    async def _read(self, key: int) -> str:
        self.store_operations += 1
        work = self._client.get(self._name(key))
        found = await answered(self._client, work, self.load.own.store_timeout_s)
        if found is None:
            raise RedisAway("the store has lost a value")
        return str(found)

    def counts(self) -> dict[str, float]:
        name = f"backend.{self.number}"
        return {
            f"{name}.served": float(self.served),
            f"{name}.store_operations": float(self.store_operations),
        }

    def proxies(self) -> Sequence[Proxy]:
        """Requests go to all backends in turn; what reached none is sent to another one."""
        retry = Retry(self.load.own.backends, ("connect_failure", "reset"))
        return [Proxy("proxy", (Listener("http1"),), (Upstream("up", ("backend",), retry=retry),))]

    async def stop(self) -> None:
        await self._client.aclose()
