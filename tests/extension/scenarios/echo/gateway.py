"""Client side of the gateway: the same client, through the nearer proxy."""

from __future__ import annotations

from scenarios.echo.direct import Client as Direct


class Client(Direct):
    """Connects to the proxy."""

    @property
    def port(self) -> int:
        return int(self.session.address.listeners["near.http1"].port)
