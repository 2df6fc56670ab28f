"""Client side of SSE at somebody else's server."""

from __future__ import annotations

from bench.load.described import DescribedStream
from scenarios.notifications._own_listener import OwnListener


class Client(OwnListener, DescribedStream):
    """An EventSource: after a lost connection it reconnects with the last id that it received."""
