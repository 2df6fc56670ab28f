"""Client side of signed tokens: each request has the token that the last answer brought."""

from __future__ import annotations

from scenarios.sessions._visitor import Visitor


class Client(Visitor):
    """Sends back the cookies that it was given."""
