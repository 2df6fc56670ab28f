"""Client side of the breaker in the application: each service calls the next one itself."""

from __future__ import annotations

from scenarios.chain._http import HttpChainClient


class Client(HttpChainClient):
    """One attempt after the other at the first service."""
