"""Every client has an HTTP/1.1 connection of its own straight to the backend."""

from __future__ import annotations

from targets.proxies._backend import QueryTarget

TITLE = "direct"
REQUIRES = ()
EXAMPLE = "curl -i 'http://{host}:{port}/'"
PARTS = ({"name": "server", "role": "server", "side": "services", "class": "Target"},)


class Target(QueryTarget):
    """The backend alone."""
