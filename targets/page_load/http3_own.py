"""A page of your own server (docs/own/README.md), fetched by HTTP/3."""

from __future__ import annotations

from targets._own import Guide

TITLE = "HTTP/3, your own server"
REQUIRES = ("own_server",)
SERVICES = {"own_server": {"side": "backend"}}
PARTS = ({"name": "guide", "role": "caller", "class": "Target"},)
STANDS_FOR = "http3"
SCHEME = "https"
READS = ("page",)
ON_REQUEST = True


class Target(Guide):
    """Clients fetch from the server itself."""
