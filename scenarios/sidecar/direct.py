"""Client side of direct: it is told where the service is."""

from __future__ import annotations

from scenarios.sidecar._caller import Caller


class Client(Caller):
    """The client that all patterns but the library's have."""
