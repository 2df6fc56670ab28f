"""The program calls the first server itself: nothing is between them."""

from __future__ import annotations

from targets.sidecar_features._program import PythonProgram
from targets.sidecar_features._server import PythonServer

TITLE = "direct"
REQUIRES = ("redis",)
PARTS = (
    {"name": "server", "role": "server", "count": "backends"},
    {"name": "program", "role": "caller", "side": "clients"},
)
EXAMPLE = "curl -i http://{host}:{port}/call/0/1"


class Server(PythonServer):
    """Answers."""


class Program(PythonProgram):
    """Calls."""
