"""Client side of early data: HTTP/3; the request is in the first flight of a new connection."""

from __future__ import annotations

import dataclasses

from scenarios.address_change._quic import QuicClient


class Client(QuicClient):
    """It shows a ticket of its last connection, and asks before the server has said a word.

    The first connection has none, and waits for its handshake (RFC 8446, 2.3; RFC 9001, 4.6).
    """

    async def open(self) -> None:
        if self.ticket is None:
            await super().open()
            return
        ticket, self.ticket = self.ticket, None  # a server takes each one once
        await self.begin(dataclasses.replace(self.configuration(), session_ticket=ticket))

    def move(self) -> None:
        self.give_up()
