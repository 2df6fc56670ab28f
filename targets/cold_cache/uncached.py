"""Backends read each value from the store: there is nothing that a restart could forget."""

from __future__ import annotations

from targets.cold_cache._backend import CacheBackend

TITLE = "no cache"
REQUIRES = ("envoy", "redis")
PROXIES = ("proxy",)
PARTS = ({"name": "backend", "role": "server", "count": "backends"},)
EXAMPLE = "curl -i 'http://{host}:{port}/value/1'"


class Backend(CacheBackend):
    """Each lookup is a round trip to the store."""

    def kept(self, _: int) -> str | None:
        return None

    def keep(self, _: int, __: str) -> None:
        pass
