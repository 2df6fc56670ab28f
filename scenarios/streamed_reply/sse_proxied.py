"""Client side of SSE behind a proxy: the same reader, at the proxy's address."""

from __future__ import annotations

from scenarios.streamed_reply import sse
from scenarios.streamed_reply._proxied import Proxied


class Client(Proxied, sse.Client):
    """As without a proxy."""
