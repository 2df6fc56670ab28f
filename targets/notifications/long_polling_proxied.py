"""Long polling through a proxy that passes it on, refuses upgrades, or collects whole responses."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Proxy
from targets.notifications import long_polling
from targets.notifications._front import front

TITLE = "long polling through a proxy"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -i 'http://{host}:{port}/events?client=0&after=999999'"
COMPARED = False
ON_REQUEST = True


class Target(long_polling.Target):
    """The long polling server unchanged, with one Envoy in front of it."""

    def proxies(self) -> Sequence[Proxy]:
        return [front(self.load.own.proxy)]
