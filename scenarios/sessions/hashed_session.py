"""Client side of sessions in memory, by hash: the visitor's name alone tells which backend."""

from __future__ import annotations

from scenarios.sessions._visitor import Visitor


class Client(Visitor):
    """Sends back the cookies that it was given."""
