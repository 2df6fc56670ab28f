"""A page of your own server (docs/own/README.md), fetched by a headless Chromium."""

from __future__ import annotations

from targets._own import Guide

TITLE = "browser, your own server"
REQUIRES = ("own_server", "chromium")
SERVICES = {"own_server": {"side": "backend"}}
PARTS = ({"name": "guide", "role": "caller", "class": "Target"},)
STANDS_FOR = "browser"
SCHEME = "http https"
READS = ("page",)
ON_REQUEST = True


class Target(Guide):
    """Chromium fetches from the server itself."""
