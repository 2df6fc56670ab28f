"""The proxy in front of a server of replies, as the load asks for it."""

from __future__ import annotations

from bench.model.proxy import BufferBodies, Listener, Proxy, Upstream
from scenarios.streamed_reply.load import BUFFERS


def front(proxy: str) -> Proxy:
    """One Envoy that speaks HTTP/1.1 on both sides; one that buffers holds a response until it is
    complete."""
    filters = (BufferBodies("responses"),) if proxy == BUFFERS else ()
    listener = Listener("front", upgrades=("websocket",))
    return Proxy("proxy", (listener,), (Upstream("up", ("server",)),), filters)
