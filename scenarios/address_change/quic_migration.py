"""Client side of QUIC: HTTP/3; the connection goes on under its id, whatever its address is."""

from __future__ import annotations

import asyncio
from typing import Any

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import ConnectionTerminated, QuicEvent

from bench.clock import now_ns
from scenarios.address_change._asking import AskingClient, Reply

ANY_ADDRESS = "0.0.0.0"
PING = 1
"""A name for the ping that shows the server the new address; nobody waits for its answer."""


class Asked:
    """A request under way, with what has come of its answer."""

    def __init__(self, reply: asyncio.Future[Reply]) -> None:
        self.reply = reply
        self.status = self.first_byte_ns = 0
        self.parts: list[bytes] = []


class Http3(QuicConnectionProtocol):
    """One connection; any number of requests under way, each on a stream of its own."""

    def __init__(self, quic: QuicConnection) -> None:
        super().__init__(quic)
        self.quic = quic
        self.is_ended = False
        self._http = H3Connection(quic)
        self._asked: dict[int, Asked] = {}

    def ask(self, authority: str, path: str) -> asyncio.Future[Reply]:
        """One request; the future is its whole reply."""
        if self.is_ended:
            raise ConnectionError("the connection is closed")
        stream = self.quic.get_next_available_stream_id()
        asked = self._asked[stream] = Asked(asyncio.get_running_loop().create_future())
        head = ((":method", "GET"), (":scheme", "https"), (":authority", authority))
        headers = [(name.encode(), value.encode()) for name, value in (*head, (":path", path))]
        self._http.send_headers(stream, headers, end_stream=True)
        self.transmit()
        return asked.reply

    def speak(self) -> None:
        """Say something, so that the server sees from where."""
        if not self.is_ended:
            self.quic.send_ping(PING)
            self.transmit()

    def move(self) -> None:
        """Say something from a new address, under another connection id (RFC 9000, 9.5)."""
        if not self.is_ended:
            self.quic.change_connection_id()
            self.speak()

    def quic_event_received(self, event: QuicEvent) -> None:
        read_ns = now_ns()
        if isinstance(event, ConnectionTerminated):
            self.end(event.reason_phrase or "the connection ended")
        for one in self._http.handle_event(event):
            self._heard(one, read_ns)

    def _heard(self, event: H3Event, read_ns: int) -> None:
        if not isinstance(event, HeadersReceived | DataReceived):
            return
        asked = self._asked.get(event.stream_id)
        if asked is None:
            return
        asked.first_byte_ns = asked.first_byte_ns or read_ns
        if isinstance(event, HeadersReceived):
            asked.status = int(dict(event.headers)[b":status"])
        else:
            asked.parts.append(event.data)
        if event.stream_ended:
            del self._asked[event.stream_id]
            if not asked.reply.done():
                body = b"".join(asked.parts)
                asked.reply.set_result(Reply(asked.status, body, asked.first_byte_ns))

    def end(self, words: str) -> None:
        """Nothing comes any more."""
        self.is_ended = True
        for asked in self._asked.values():
            if not asked.reply.done():
                asked.reply.set_exception(ConnectionError(words))
        self._asked.clear()


class Client(AskingClient):
    """Its socket has no address of its own: the kernel gives each packet the one that it has.

    Told of a change, the client shows the server its new address at once.  Else its next packet
    does it: a request that was not acknowledged and is sent again, or a ping.  One that only waits
    sends nothing, and waits in vain.
    """

    connection: Http3 | None = None
    transport: asyncio.DatagramTransport | None = None

    @property
    def is_open(self) -> bool:
        return self.connection is not None and not self.connection.is_ended

    async def open(self) -> None:
        session = self.session
        configuration = QuicConfiguration(
            is_client=True, alpn_protocols=H3_ALPN, server_name=session.host
        )
        configuration.load_verify_locations(session.address.ca_file)
        loop = asyncio.get_running_loop()
        made: Any = await loop.create_datagram_endpoint(
            lambda: Http3(QuicConnection(configuration=configuration)),
            local_addr=(ANY_ADDRESS, 0),
        )
        self.transport, self.connection = made
        session.wire.unseen += 1  # TCP_INFO tells nothing of QUIC: the link counts
        assert self.connection is not None
        self.connection.connect((session.host, session.port))
        await self.connection.wait_connected()

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

    def move(self) -> None:
        if self.connection is not None:
            self.connection.move()
