"""Client side of TLS 1.3: each new connection proves the server's key anew."""

from __future__ import annotations

from scenarios.reconnect_storm._resuming import ResumingContext
from scenarios.reconnect_storm._returning import ReturningClient, trusting


class Client(ReturningClient):
    """Keeps no session."""

    def tls(self) -> ResumingContext:
        return trusting(self.session.address.ca_file)
