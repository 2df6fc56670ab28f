"""Envoy stands before each service: circuit breakers, outlier detection, timeouts and retries."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Ejection, Limits, Listener, Proxy, Retry, Route, Upstream
from scenarios.chain._slip import Stop
from scenarios.chain.load import patience_s, under_way_limit
from targets.chain._service import HttpService

TITLE = "breaker in a proxy"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -i 'http://{host}:{port}/work'"
PARTS = ({"name": "service", "role": "server", "count": "services"},)

SPARE_S = 1.0
"""The service itself waits so much longer than the proxy: the proxy's answer decides."""


class Service(HttpService):
    """The services know nothing of it; one proxy stands for the sidecars of all of them.

    It refuses (503) what is beyond its limits or goes to a service that was ejected, and tries
    again after timeouts, lost connections and statuses from 500 on.
    """

    async def ask_next(self, slip: Sequence[Stop]) -> None:
        own = self.load.own
        all_s = (1 + own.retries) * patience_s(own, min(slip[0].number, own.services - 1))
        await self.attempt(slip, all_s + SPARE_S)

    def proxies(self) -> Sequence[Proxy]:
        behind = range(1, self.load.own.services)
        if not behind:
            return []
        listeners = (Listener(f"to_{n}", routes=(Route("/", f"to_{n}"),)) for n in behind)
        return [Proxy("proxy", tuple(listeners), tuple(map(self._upstream, behind)))]

    def _upstream(self, number: int) -> Upstream:
        own = self.load.own
        limit, patience = under_way_limit(own, number), patience_s(own, number)
        retry = Retry(own.retries, ("connect_failure", "reset", "server_error"), patience)
        return Upstream(
            f"to_{number}",
            (f"service.{number}",),
            limits=Limits(pending=limit, requests=limit),
            retry=retry if own.retries else None,
            timeout_s=patience * (1 + own.retries),
            ejection=Ejection(own.breaker_failures, own.breaker_rest_s),
        )
