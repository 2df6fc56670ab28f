"""The proxy in front of a notification server, as the load asks for it."""

from __future__ import annotations

from bench.model.proxy import BufferBodies, Listener, Proxy, Upstream


def front(proxy: str) -> Proxy:
    """One Envoy that speaks HTTP/1.1 on both sides.

    "http_only" leaves out what WebSocket needs, the upgrade; "buffers" hands a response
    on when it is complete.
    """
    upgrades = () if proxy == "http_only" else ("websocket",)
    filters = (BufferBodies("responses"),) if proxy == "buffers" else ()
    listener = Listener("front", upgrades=upgrades)
    return Proxy("proxy", (listener,), (Upstream("up", ("server",)),), filters)
