"""A web server of Python's own, as a service that can be told apart from others.

Knows no pattern and no client.
"""

from __future__ import annotations

import platform
import sys
import urllib.request

from bench.lab.services._service import Service
from bench.model.messages import Values

TITLE = "Beacon"
ROLE = "beacon"
SETTINGS: dict[str, tuple[str, ...]] = {}


def missing() -> str:
    """Python is always there."""
    return ""


def version() -> str:
    """Python's."""
    return platform.python_version()


class Beacon(Service):
    """Serves its own folder."""

    port = 0

    def prepare(self) -> None:
        self.port = self.side.free_port()

    def launch(self) -> None:
        command = [sys.executable, "-m", "http.server", str(self.port), "--bind", self.side.host]
        self.wait(self.spawn(TITLE, command), lambda: self.side.accepts(self.port))

    @property
    def address(self) -> Values:
        return {"host": self.side.host, "port": self.port}

    def probe(self, text: str) -> None:
        (self.folder / "kept").write_text(text)

    def kept(self) -> str:
        with urllib.request.urlopen(f"http://{self.side.host}:{self.port}/kept") as reply:
            return str(reply.read().decode())
