"""Readers that reach the server through a proxy: a mixin for the client of any pattern."""

from __future__ import annotations

from scenarios.streamed_reply._reader import Reader


class Proxied(Reader):
    """Asks the proxy."""

    abstract = True

    @property
    def place(self) -> tuple[str, int]:
        front = self.session.address.listeners["front"]
        return front.host, front.port
