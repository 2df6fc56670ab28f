"""Client side of the proxy's breaker: each service reaches the next one by way of Envoy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.model.messages import Address
from scenarios.chain._http import HttpChainClient
from scenarios.chain._slip import Stop


class Client(HttpChainClient):
    """Calls the first service itself; the slip names the proxy's listener for each other one."""

    def stops(self, way: Iterable[int], services: Sequence[Address]) -> list[Stop]:  # noqa: ARG002
        found = self.session.address.listeners
        return [
            Stop(number, found[f"to_{number}"].host, found[f"to_{number}"].port) for number in way
        ]
