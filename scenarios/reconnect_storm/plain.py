"""Client side without TLS: a TCP connection, and a request on it."""

from __future__ import annotations

from scenarios.reconnect_storm._returning import ReturningClient


class Client(ReturningClient):
    """Comes back in one round trip of TCP."""
