"""Client side of WebSocket: one upgraded connection, frames as they come."""

from __future__ import annotations

from bench.load.listening import SocketListener
from scenarios.notifications._listener import Listener


class Client(Listener, SocketListener):
    """After a lost connection it reconnects with the last sequence number that it received."""

    @property
    def offers_deflate(self) -> bool:
        return bool(self.session.load.own.deflate == "on")
