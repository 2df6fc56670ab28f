"""Client side of QUIC: HTTP/3; the connection goes on under its id, whatever its address is."""

from __future__ import annotations

from scenarios.address_change._quic import QuicClient


class Client(QuicClient):
    """Its socket has no address of its own: the kernel gives each packet the one that it has.

    Told of a change, the client shows the server its new address at once.  Else its next packet
    does it: a request that was not acknowledged and is sent again, or a ping.  One that only waits
    sends nothing, and waits in vain.
    """

    def move(self) -> None:
        if self.connection is not None:
            self.connection.migrate()
