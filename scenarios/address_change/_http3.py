"""An HTTP/3 client connection on aioquic: any number of requests, each on a stream of its own.

Knows nothing of what a reply means, nor of when an address changes.
"""

from __future__ import annotations

import asyncio

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import ConnectionTerminated, QuicEvent

from bench.clock import now_ns
from scenarios.address_change._reply import Asked, Reply

PING = 1
"""A name for the ping that shows the server the new address; nobody waits for its answer."""


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
        asked = self._asked[stream] = Asked()
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

    def migrate(self) -> None:
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
            self._asked.pop(event.stream_id).answered()

    def end(self, words: str) -> None:
        """Nothing comes any more."""
        self.is_ended = True
        for asked in self._asked.values():
            asked.breaks(ConnectionError(words))
        self._asked.clear()
