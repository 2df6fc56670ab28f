"""Client side of SSE: one request, then events as they come."""

from __future__ import annotations

from bench.load.listening import StreamListener
from scenarios.notifications._listener import Listener


class Client(Listener, StreamListener):
    """An EventSource: after a lost connection it reconnects with the last id that it received."""
