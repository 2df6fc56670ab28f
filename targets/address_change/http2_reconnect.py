"""HTTP/2 over TLS 1.3 on TCP: streams have ids, their connection is its two ends' addresses."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from targets._target import BACKLOG
from targets.address_change._acting import ActingTarget
from targets.address_change._actions import Actions, NoRequest

TITLE = "HTTP/2, reconnecting"
EXAMPLE = "curl --http2 -ik https://{host}:{port}/do/1"

CONFIGURATION = h2.config.H2Configuration(client_side=False, header_encoding=None)


class Connection(asyncio.Protocol):
    """One client's; its requests are under way at the same time."""

    def __init__(self, actions: Actions, opened: set[asyncio.Transport]) -> None:
        self._http = h2.connection.H2Connection(CONFIGURATION)
        self._actions, self._opened = actions, opened
        self._left: dict[int, bytes] = {}
        self._working: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._opened.add(self._transport)
        self._actions.handshakes += 1
        self._http.initiate_connection()
        self._send()

    def connection_lost(self, _: Exception | None) -> None:
        self._opened.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        try:
            events = self._http.receive_data(data)
        except h2.exceptions.ProtocolError:
            self._send()  # why, in HTTP/2's words
            self._transport.close()
            return
        for event in events:
            self._heard(event)
        self._send()

    def _heard(self, event: h2.events.Event) -> None:
        stream = getattr(event, "stream_id", None) or 0
        if isinstance(event, h2.events.RequestReceived):
            path = dict(event.headers or ()).get(b":path", b"").decode("ascii", "replace")
            task = asyncio.create_task(self._answer(stream, path))
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        elif isinstance(event, h2.events.DataReceived):
            self._http.acknowledge_received_data(event.flow_controlled_length or 0, stream)
        elif isinstance(event, h2.events.StreamReset):
            self._left.pop(stream, None)
        elif isinstance(event, h2.events.WindowUpdated):
            for one in [stream] if stream else list(self._left):
                self._go_on(one)

    async def _answer(self, stream: int, path: str) -> None:
        try:
            status, body = b"200", await self._actions.reply_to(path)
        except NoRequest as error:
            status, body = b"404", f"{error}\n".encode()
        if self._transport.is_closing():
            return
        try:
            self._http.send_headers(stream, [(b":status", status)])
        except h2.exceptions.ProtocolError:  # whoever asked has reset the stream
            return
        self._left[stream] = body
        self._go_on(stream)
        self._send()

    def _go_on(self, stream: int) -> None:
        """Send of an answer what the client's windows allow."""
        body = self._left.pop(stream, None)
        while body is not None:
            room = min(
                self._http.local_flow_control_window(stream), self._http.max_outbound_frame_size
            )
            if room <= 0:
                self._left[stream] = body
                return
            part, body = body[:room], body[room:] or None
            self._http.send_data(stream, part, end_stream=body is None)

    def _send(self) -> None:
        if not self._transport.is_closing() and (data := self._http.data_to_send()):
            self._transport.write(data)


class Target(ActingTarget):
    """GET /do/ID does an action; `?once` does it once, however often it is asked for.

    A connection whose client has another address stays open: nobody tells the server.
    """

    async def listen(self, port: int) -> int:
        self._opened: set[asyncio.Transport] = set()
        shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shown.minimum_version = ssl.TLSVersion.TLSv1_3
        shown.set_alpn_protocols(["h2"])
        shown.load_cert_chain(self.identity.cert, self.identity.key)
        self.server: Any = await asyncio.get_running_loop().create_server(
            lambda: Connection(self.actions, self._opened),
            self.host,
            port,
            ssl=shown,
            backlog=BACKLOG,
        )
        return int(self.server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self.server.close()
        for transport in list(self._opened):
            transport.abort()
