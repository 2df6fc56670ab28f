"""An HTTP/2 client connection on h2: any number of requests, each on a stream of its own.

Knows nothing of what a reply means.
"""

from __future__ import annotations

import asyncio

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from bench.clock import now_ns
from bench.load.clients.http1 import ConnectionClosed, ProtocolError
from bench.load.wire import WireMeter
from scenarios.address_change._reply import Asked, Reply

CONFIGURATION = h2.config.H2Configuration(client_side=True, header_encoding=None)


class Http2Connection(asyncio.Protocol):
    """One connection, from the moment at which TLS has chosen HTTP/2."""

    def __init__(self, wire: WireMeter) -> None:
        self._wire, self._fd = wire, -1
        self._http = h2.connection.H2Connection(CONFIGURATION)
        self._asked: dict[int, Asked] = {}
        self.closed = False

    @property
    def transport(self) -> asyncio.Transport:
        return self._transport

    def ask(self, authority: str, path: str) -> asyncio.Future[Reply]:
        """One request; the future is its whole reply."""
        if self.closed:
            raise ConnectionClosed("the connection is closed")
        stream = self._http.get_next_available_stream_id()
        asked = self._asked[stream] = Asked()
        head = ((":method", "GET"), (":scheme", "https"), (":authority", authority))
        self._http.send_headers(stream, [*head, (":path", path)], end_stream=True)
        self._send()
        return asked.reply

    def close(self) -> None:
        """Give the connection up; requests on it break."""
        if not self.closed:
            self._transport.abort()
            self._end(ConnectionClosed("given up"))

    # --- what the transport says ------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._fd = self._wire.opens(transport)
        self._http.initiate_connection()
        self._send()

    def data_received(self, data: bytes) -> None:
        read_ns = now_ns()
        try:
            events = self._http.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            self._transport.abort()
            self._end(ProtocolError(f"what came is no HTTP/2: {error}"))
            return
        for event in events:
            self._heard(event, read_ns)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(ConnectionClosed(str(exc or "the server closed the connection")))

    # --- what HTTP/2 says -------------------------------------------------------

    def _heard(self, event: h2.events.Event, read_ns: int) -> None:
        if isinstance(event, h2.events.ConnectionTerminated):
            self._transport.abort()
            self._end(ConnectionClosed("the server ended the connection"))
            return
        stream: int = getattr(event, "stream_id", None) or 0
        asked = self._asked.get(stream)
        if asked is None:
            return
        asked.first_byte_ns = asked.first_byte_ns or read_ns
        if isinstance(event, h2.events.ResponseReceived):
            asked.status = int(dict(event.headers or ())[b":status"])
        elif isinstance(event, h2.events.DataReceived):
            asked.parts.append(event.data or b"")
            self._http.acknowledge_received_data(event.flow_controlled_length or 0, stream)
        elif isinstance(event, h2.events.StreamReset):
            del self._asked[stream]
            asked.breaks(ConnectionClosed("the server reset the stream"))
        elif isinstance(event, h2.events.StreamEnded):
            self._asked.pop(stream).answered()

    def _send(self) -> None:
        if not self.closed and (data := self._http.data_to_send()):
            self._transport.write(data)

    def _end(self, error: ConnectionError) -> None:
        if self.closed:
            return
        self.closed = True
        self._wire.closes(self._fd)
        for asked in self._asked.values():
            asked.breaks(error)
        self._asked.clear()
