"""Locust's own page of the trial under way, fetched from the load process over a Unix socket.

What that process answers is passed on; that nothing there starts or stops clients is decided
where Locust is (bench/load/locust_page.py).
"""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

from bench.run.watching.routes import Answer, line

SECONDS = 3.0
NOBODY = "no load process runs at this moment; try again when the next trial measures"


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect(str(self._path))


def fetch(path: Path, target: str) -> Answer:
    """What the load process that listens at `path` answers to GET `target` ("" is its page)."""
    connection = _Connection(path)
    try:
        connection.request("GET", f"/{target}", headers={"Connection": "close"})
        reply = connection.getresponse()
        body = reply.read()
    except (OSError, http.client.HTTPException):
        return line(503, NOBODY)
    finally:
        connection.close()
    kind = reply.headers.get("Content-Type", "application/octet-stream")
    return Answer(reply.status, body, kind)
