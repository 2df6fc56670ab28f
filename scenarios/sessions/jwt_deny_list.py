"""Client side of tokens that can be revoked: as of tokens that cannot."""

from __future__ import annotations

from scenarios.sessions._visitor import Visitor


class Client(Visitor):
    """Sends back the cookies that it was given."""
