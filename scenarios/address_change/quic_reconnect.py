"""Client side of QUIC without migration: HTTP/3; a new address takes a new connection."""

from __future__ import annotations

from scenarios.address_change._quic import QuicClient


class Client(QuicClient):
    """QUIC as a library uses it that does not migrate: one handshake for transport and TLS."""

    def move(self) -> None:
        self.give_up()
