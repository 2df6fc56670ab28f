"""Client side of WebSocket behind a proxy: the same client, at the proxy's address."""

from __future__ import annotations

from scenarios.notifications import websocket
from scenarios.notifications._proxied import Proxied


class Client(Proxied, websocket.Client):
    """As without a proxy, but a refusal is a result, and so is an answer that does not come."""
