"""Client side of direct: HTTP/1.1 to the backend."""

from __future__ import annotations

from scenarios.proxies._query import Http1QueryClient


class Client(Http1QueryClient):
    """One connection to the backend itself."""
