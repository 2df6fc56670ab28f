"""Client side of WebSocket behind a proxy: the same reader, at the proxy's address."""

from __future__ import annotations

from scenarios.streamed_reply import websocket
from scenarios.streamed_reply._proxied import Proxied


class Client(Proxied, websocket.Client):
    """As without a proxy."""
