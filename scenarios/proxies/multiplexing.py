"""Client side of a multiplexing proxy: HTTP/1.1 to the proxy."""

from __future__ import annotations

from scenarios.proxies._query import Http1QueryClient


class Client(Http1QueryClient):
    """As without a proxy, at another address."""

    @property
    def where(self) -> tuple[str, int]:
        listener = self.session.address.listeners["http1"]
        return listener.host, listener.port
