"""SSE from a server of your own, which a TOML file describes (docs/own/README.md)."""

from __future__ import annotations

from targets._own import OwnTarget

TITLE = "SSE, your own server"
REQUIRES = ("own_server",)
SERVICES = {"own_server": {"side": "backend"}}
PARTS = ({"name": "publisher", "role": "caller", "class": "Target"},)
STANDS_FOR = "sse"
SCHEME = "http https"
ON_REQUEST = True


class Target(OwnTarget):
    """Publishes the events of the schedule to the server that the user's file describes."""
