"""Program and server in Node.js: the program calls the first server itself."""

from __future__ import annotations

from targets.sidecar_features._node import NodeProgram, NodeServer

TITLE = "Node.js, direct"
REQUIRES = ("nodejs", "redis")
PARTS = (
    {"name": "server", "role": "server", "count": "backends"},
    {"name": "program", "role": "caller", "side": "clients"},
)
EXAMPLE = "curl -i http://{host}:{port}/call/0/1"


class Server(NodeServer):
    """Answers."""


class Program(NodeProgram):
    """Calls."""
