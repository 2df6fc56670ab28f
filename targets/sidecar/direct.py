"""The client calls the service itself, over HTTP/1.1 in the clear."""

from __future__ import annotations

from targets.sidecar._server import Service

TITLE = "direct"
EXAMPLE = "curl -i 'http://{host}:{port}/item'"


class Target(Service):
    """The service alone."""
