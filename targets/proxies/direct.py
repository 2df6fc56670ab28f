"""Every client has its own HTTP/1.1 connection straight to the backend."""

from __future__ import annotations

from targets.proxies._backend import QueryTarget

TITLE = "direct"
REQUIRES = ()
EXAMPLE = "curl -i 'http://{host}:{port}/'"
PARTS = ({"name": "server", "role": "server", "side": "services", "class": "Target"},)


class Target(QueryTarget):
    """The backend alone."""
