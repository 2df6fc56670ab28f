"""Proxies that several patterns ask for.

Knows no pattern, and nothing of what carries a proxy out.
"""

from __future__ import annotations

from bench.model.proxy import Listener, Proxy, Upstream


def three_ways(max_streams: int = 100) -> Proxy:
    """The part `server` by HTTP/1.1, by TLS with HTTP/2 or 1.1, and by HTTP/3.

    What is behind speaks HTTP/1.1, so that only the way to the client differs.
    """
    return Proxy(
        "proxy",
        (
            Listener("http1"),
            Listener("tls", ("http2", "http1"), tls=True, max_streams=max_streams),
            Listener("quic", ("http3",), tls=True, max_streams=max_streams),
        ),
        (Upstream("up", ("server",)),),
    )
