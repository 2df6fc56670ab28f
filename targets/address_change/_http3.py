"""HTTP/3 over QUIC (aioquic), as all servers of `address_change` over QUIC answer.

Knows nothing of what its clients do when their address changes.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import QuicServer
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import H3Event, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import HandshakeCompleted, QuicEvent
from aioquic.tls import SessionTicket

from targets.address_change._acting import ActingTarget
from targets.address_change._actions import Actions, NoRequest


class Connection(QuicConnectionProtocol):
    """One client's, from whatever address it comes."""

    def __init__(self, quic: QuicConnection, *_: Any, actions: Actions, **__: Any) -> None:
        super().__init__(quic)
        self._http = H3Connection(quic)
        self._actions = actions
        self._from: Any = None
        self._working: set[asyncio.Task[None]] = set()

    def datagram_received(self, data: bytes | str, addr: Any) -> None:
        if self._from not in (None, addr):
            self._actions.moves += 1
        self._from = addr
        super().datagram_received(data, addr)

    def quic_event_received(self, event: QuicEvent) -> None:
        if isinstance(event, HandshakeCompleted):
            self._actions.handshakes += 1
        for one in self._http.handle_event(event):
            self._asked(one)

    def _asked(self, event: H3Event) -> None:
        if isinstance(event, HeadersReceived):
            task = asyncio.create_task(self._answer(event))
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def _answer(self, event: HeadersReceived) -> None:
        path = dict(event.headers).get(b":path", b"").decode("ascii", "replace")
        try:
            status, body = b"200", await self._actions.reply_to(path)
        except NoRequest as error:
            status, body = b"404", f"{error}\n".encode()
        self._http.send_headers(event.stream_id, [(b":status", status)])
        self._http.send_data(event.stream_id, body, end_stream=True)
        self.transmit()


class Tickets:
    """What a server gives its clients to be known by.  Each is taken once (RFC 8446, 8.1)."""

    def __init__(self) -> None:
        self._given: dict[bytes, SessionTicket] = {}

    def give(self, ticket: SessionTicket) -> None:
        self._given[ticket.ticket] = ticket

    def take(self, label: bytes) -> SessionTicket | None:
        return self._given.pop(label, None)


class Http3Target(ActingTarget):
    """GET /do/ID does an action; `?once` does it once, however often it is asked for.

    A packet with the id of a connection belongs to it, and its address is validated (RFC 9000, 9).
    """

    tickets: Tickets | None = None
    """Of a server that takes early data."""

    async def listen(self, port: int) -> int:
        configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN)
        configuration.load_cert_chain(self.identity.cert, self.identity.key)
        tickets = self.tickets
        loop = asyncio.get_running_loop()
        transport, self.server = await loop.create_datagram_endpoint(
            lambda: QuicServer(
                configuration=configuration,
                create_protocol=partial(Connection, actions=self.actions),
                session_ticket_fetcher=tickets.take if tickets else None,
                session_ticket_handler=tickets.give if tickets else None,
            ),
            local_addr=(self.host, port),
        )
        return int(transport.get_extra_info("sockname")[1])

    async def stop(self) -> None:
        self.server.close()
