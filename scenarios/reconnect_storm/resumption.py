"""Client side of TLS 1.3 with resumption: a new connection goes on with the last one's session."""

from __future__ import annotations

from bench.load.clients.http1 import Http1Connection
from scenarios.reconnect_storm._resuming import ResumingContext
from scenarios.reconnect_storm._returning import ReturningClient, trusting


class Client(ReturningClient):
    """Keeps the ticket that came with the first answer, and shows it when it is back."""

    def tls(self) -> ResumingContext:
        return trusting(self.session.address.ca_file)

    def answered(self, connection: Http1Connection) -> None:
        if self.trust is not None:
            self.trust.session = connection.transport.get_extra_info("ssl_object").session
