"""Client side of WebSocket at somebody else's server."""

from __future__ import annotations

from bench.load.described import DescribedSocket
from scenarios.notifications._own_listener import OwnListener


class Client(OwnListener, DescribedSocket):
    """It says first what the description has it say, and connects again after a loss."""
