"""Client side of sessions in memory: cookies come back with each request."""

from __future__ import annotations

from scenarios.sessions._visitor import Visitor


class Client(Visitor):
    """Sends back the cookies that it was given."""
