"""HTTP/1.1 on TCP, in the clear: what a connection costs without TLS."""

from __future__ import annotations

from targets.reconnect_storm._answering import AnsweringTarget

TITLE = "TCP alone"
EXAMPLE = "curl -i http://{host}:{port}/"


class Target(AnsweringTarget):
    """GET / is answered with two letters."""
