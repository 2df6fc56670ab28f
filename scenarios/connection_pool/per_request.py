"""Client side of a connection per request: a client cannot tell the patterns apart."""

from __future__ import annotations

from scenarios.connection_pool._caller import Caller


class Client(Caller):
    """Sends queries; the reply says how long each waited for a connection."""
