"""Each backend keeps what it has read from the store in its memory: a restart forgets it."""

from __future__ import annotations

from typing import Any

from targets.cold_cache._backend import CacheBackend

TITLE = "cache in the backend"
REQUIRES = ("envoy", "redis")
PROXIES = ("proxy",)
PARTS = ({"name": "backend", "role": "server", "count": "backends"},)
EXAMPLE = "curl -i 'http://{host}:{port}/value/1'"


class Backend(CacheBackend):
    """The cache is never full.  A backend's first life begins with a full one."""

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self._cache: dict[int, str] = {}

    def kept(self, key: int) -> str | None:
        return self._cache.get(key)

    def keep(self, key: int, value: str) -> None:
        self._cache[key] = value
