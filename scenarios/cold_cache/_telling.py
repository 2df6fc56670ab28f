"""An HTTP/1.1 connection that tells who answered, and from where.

Knows the names of the headers alone.
"""

from __future__ import annotations

from bench.load.clients.http1 import Http1Connection
from bench.load.wire import WireMeter

BACKEND, LIFE, CACHE = b"x-backend", b"x-life", b"x-cache"
HIT = b"hit"


class TellingConnection(Http1Connection):
    """`backend`, `life` (how often it was started again) and `is_hit` are of the newest reply."""

    def __init__(self, wire: WireMeter | None = None) -> None:
        self.backend, self.life, self.is_hit = -1, 0, False
        super().__init__(wire)

    def on_message_begin(self) -> None:
        self.backend, self.life, self.is_hit = -1, 0, False

    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.lower()
        if key == CACHE:
            self.is_hit = value == HIT
        elif value.isdigit():
            if key == BACKEND:
                self.backend = int(value)
            elif key == LIFE:
                self.life = int(value)
