"""The proxy in front of equal backends.

Knows nothing of sessions but the cookie by which a visitor stays at one backend.
"""

from __future__ import annotations

from bench.model.proxy import Listener, Proxy, Retry, StickySessions, Upstream

AFFINITY = "affinity"
"""The cookie's name."""


def front(backends: int, is_sticky: bool = False) -> Proxy:
    """Requests go to all backends in turn, or where a visitor's cookie leads.

    What reached no backend, or had no answer, is sent to another one: every request of a visitor
    may be repeated without harm.
    """
    retry = Retry(backends, ("connect_failure", "reset"))
    upstream = Upstream("up", ("backend",), retry=retry)
    filters = (StickySessions(AFFINITY),) if is_sticky else ()
    return Proxy("proxy", (Listener("http1"),), (upstream,), filters)
