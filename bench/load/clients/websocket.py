"""A WebSocket client on picows, with permessage-deflate where the server agrees.

picows knows no extensions: this offers the extension in the handshake and
inflates frames marked with RSV1.  A message of more than MOST_BYTES, or one that cannot be
inflated, ends the connection.  Knows nothing of what a message means.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import zlib
from collections.abc import Callable, Mapping

import picows

from bench.clock import now_ns
from bench.limits import MOST_BYTES
from bench.load.clients.http1 import ConnectionClosed
from bench.load.wire import WireMeter

EXTENSION = "permessage-deflate"
DEFLATE_TAIL = b"\x00\x00\xff\xff"
"""What RFC 7692 takes off the end of each compressed message."""

READ_BYTES = 2048
"""Of a connection's buffer at first; it grows with what comes, and thousands wait for little."""

CONTINUATION, TEXT, BINARY, CLOSE = (
    picows.WSMsgType.CONTINUATION,
    picows.WSMsgType.TEXT,
    picows.WSMsgType.BINARY,
    picows.WSMsgType.CLOSE,
)
"""Looked up once: each look into the enumeration costs as much as a good part of a frame."""

Sink = Callable[[bytes, int], None]


class WebSocket(picows.WSListener):
    """One connection; whole messages go to `sink(message, read_ns)`."""

    def __init__(self, sink: Sink, wire: WireMeter) -> None:
        self._sink = sink
        self._wire = wire
        self._fd = -1
        self._parts: list[bytes] = []
        self._kept = 0
        self._compressed = False
        self._inflate: zlib._Decompress | None = None
        self.extension = ""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(
        cls,
        url: str,
        sink: Sink,
        wire: WireMeter,
        deflate: bool,
        headers: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> WebSocket:
        """Connect and upgrade; ConnectionError where the server refuses."""
        offered = {"Sec-WebSocket-Extensions": EXTENSION} if deflate else {}
        headers = {**(headers or {}), **offered}
        try:
            _, listener = await picows.ws_connect(
                lambda: cls(sink, wire),
                url,
                ssl_context=tls,
                extra_headers=headers,
                read_buffer_init_size=READ_BYTES,
                use_aiofastnet=False,
            )
        except picows.WSError as error:
            raise ConnectionClosed(f"the upgrade failed: {error}") from error
        if not isinstance(listener, cls):  # picows has none where the connection was lost
            raise ConnectionClosed("the upgrade failed: the server closed the connection")
        return listener

    def close(self) -> None:
        self._wire.closes(self._fd)
        self._transport.disconnect()

    def send_text(self, message: bytes) -> None:
        """Send a text message: UTF-8, uncompressed."""
        self._transport.send(picows.WSMsgType.TEXT, message)

    @property
    def transport(self) -> asyncio.Transport:
        return self._transport.underlying_transport

    # --- what picows says ---------------------------------------------------------

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        self._fd = self._wire.opens(transport.underlying_transport)
        self.headers = transport.response.headers
        self.extension = self.headers.get("Sec-WebSocket-Extensions", "")
        if EXTENSION in self.extension:
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        read_ns = now_ns()
        kind = frame.msg_type
        if (
            (kind is BINARY or kind is TEXT) and frame.fin and not frame.rsv1 and not self._parts
        ):  # what nearly every frame is: a whole message, as it is
            self._compressed = False
            self._sink(frame.get_payload_as_bytes(), read_ns)
            return
        self._take(transport, frame, read_ns)

    def _take(self, transport: picows.WSTransport, frame: picows.WSFrame, read_ns: int) -> None:
        """A frame of any kind."""
        kind = frame.msg_type
        if kind == CLOSE:
            transport.disconnect()
            return
        if kind not in (BINARY, TEXT, CONTINUATION):
            return
        if kind != CONTINUATION:
            self._compressed = bool(frame.rsv1)
        message = frame.get_payload_as_bytes()
        if not frame.fin or self._parts:
            self._kept += len(message)
            if self._kept > MOST_BYTES:
                self._give_up(transport)
                return
            self._parts.append(message)
            if not frame.fin:
                return
            message = b"".join(self._parts)
            self._parts.clear()
            self._kept = 0
        if self._compressed and self._inflate is not None:
            inflated = _inflated(self._inflate, message)
            if inflated is None:
                self._give_up(transport)
                return
            message = inflated
        self._sink(message, read_ns)

    def _give_up(self, transport: picows.WSTransport) -> None:
        """End the connection, and forget what cannot become a message."""
        self._parts.clear()
        self._kept = 0
        transport.disconnect()

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        self._wire.closes(self._fd)
        self._hearing = asyncio.ensure_future(_hear_reason(transport))
        if not self.ended.done():
            self.ended.set_result(None)


async def _hear_reason(transport: picows.WSTransport) -> None:
    """Why picows ended the connection; unheard, the loop would complain with a traceback."""
    with contextlib.suppress(Exception):
        await transport.wait_disconnected()


def _inflated(inflate: zlib._Decompress, message: bytes) -> bytes | None:
    """The message, None where it is none or would be too long."""
    try:
        found = inflate.decompress(message + DEFLATE_TAIL, MOST_BYTES)
    except zlib.error:
        return None
    return None if inflate.unconsumed_tail else found
