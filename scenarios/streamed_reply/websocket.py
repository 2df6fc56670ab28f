"""Client side of WebSocket: a message asks, and messages bring the reply until an empty one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.clock import now_ns
from bench.load.clients.http1 import ConnectionClosed
from bench.load.clients.websocket import WebSocket
from bench.model.samples import FAILED, OK
from scenarios.streamed_reply._reader import Reader, Reading, Refused

SMALL_FRAME, MASK = 2, 4
"""Bytes that a frame with few bytes has before its payload, and a client's frame beside that."""


class Client(Reader):
    """Asks over one connection for one reply after the other."""

    socket: WebSocket | None = None
    reading: Reading | None = None
    ended: asyncio.Future[None]

    async def open(self) -> None:
        if self.socket is None or self.socket.ended.done():
            host, port = self.place
            url = f"ws://{host}:{port}/socket"
            self.socket = await WebSocket.open(url, self._take, self.session.wire, False)

    def hang_up(self) -> None:
        self.reading = None
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    async def read(self, reading: Reading) -> None:
        socket = self.socket
        assert socket is not None
        self.reading = reading
        self.ended = asyncio.get_running_loop().create_future()
        data = str(self.session.load.own.pieces).encode()
        sent_ns, outcome = now_ns(), FAILED
        socket.send_text(data)
        try:
            await asyncio.wait((self.ended, socket.ended), return_when=asyncio.FIRST_COMPLETED)
            if not self.ended.done():
                raise ConnectionClosed("the server closed the connection")
            self.ended.result()
            outcome = OK
        except BaseException as error:
            outcome = self.outcome_of(error)
            raise
        finally:
            self.reading = None
            times = (sent_ns, sent_ns, reading.item.first_byte_ns, now_ns())
            self.record_request(
                reading.item, outcome, times, SMALL_FRAME + MASK + len(data), self.head_bytes
            )

    def _take(self, message: bytes, read_ns: int) -> None:
        """When the reply was begun, its text, and an empty message at its end."""
        reading = self.reading
        if reading is None or self.ended.done():
            return
        try:
            if not reading.begun_ns:
                reading.begin(message)
                self.head_bytes = SMALL_FRAME + len(message)
            elif message:
                reading.take(message, read_ns)
            else:
                self.ended.set_result(None)
        except Refused as error:
            self.ended.set_exception(error)

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.socket.transport] if self.socket is not None else []
