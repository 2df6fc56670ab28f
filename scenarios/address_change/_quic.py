"""What all clients over QUIC do: HTTP/3 on one connection at a time.

A pattern says how a connection begins and what becomes of it when the address changes.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aioquic.h3.connection import H3_ALPN
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.tls import SessionTicket

from scenarios.address_change._asking import AskingClient
from scenarios.address_change._http3 import Http3
from scenarios.address_change._reply import Reply

ANY_ADDRESS = "0.0.0.0"


class QuicClient(AskingClient):
    """One connection at a time, on a socket without an address of its own.

    The kernel gives each packet the address that the client has.
    """

    abstract = True
    connection: Http3 | None = None
    transport: asyncio.DatagramTransport | None = None
    ticket: SessionTicket | None = None
    """The newest that the server has sent."""

    @property
    def is_open(self) -> bool:
        return self.connection is not None and not self.connection.is_ended

    def configuration(self) -> QuicConfiguration:
        """Of the next connection."""
        found = QuicConfiguration(
            is_client=True, alpn_protocols=H3_ALPN, server_name=self.session.host
        )
        found.load_verify_locations(self.session.address.ca_file)
        return found

    async def open(self) -> None:
        connection = await self.begin(self.configuration())
        await connection.wait_connected()

    async def begin(self, configuration: QuicConfiguration) -> Http3:
        """The first packet of a new connection is sent."""
        session = self.session
        made: Any = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Http3(
                QuicConnection(configuration=configuration, session_ticket_handler=self._keep)
            ),
            local_addr=(ANY_ADDRESS, 0),
        )
        self.transport, connection = made
        self.connection = connection
        session.wire.unseen += 1  # TCP_INFO tells nothing of QUIC: the link counts
        connection.connect((session.host, session.port))
        return connection  # type: ignore[no-any-return]

    def _keep(self, ticket: SessionTicket) -> None:
        self.ticket = ticket

    async def ask(self, path: str) -> Reply:
        assert self.connection is not None
        connection, every_s = self.connection, self._own.ping_every_s
        reply = connection.ask(f"{self.session.host}:{self.session.port}", path)
        while every_s and not reply.done():
            await asyncio.wait((reply,), timeout=every_s)
            if not reply.done():
                connection.speak()
        return await reply

    def give_up(self) -> None:
        if self.connection is not None and self.transport is not None:
            self.connection.end("given up")
            self.connection.close()
            self.transport.close()
            self.connection = self.transport = None
