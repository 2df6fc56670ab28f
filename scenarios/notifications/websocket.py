"""Client side of WebSocket: one upgraded connection, frames as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.load.clients.websocket import WebSocket
from scenarios.notifications._listener import Listener


class Client(Listener):
    """After a lost connection it reconnects with the last sequence number that it received."""

    socket: WebSocket | None = None

    async def connect(self) -> None:
        session = self.session
        host, port = self.place
        after = f"&after={self.seen}" if self.seen >= 0 else ""
        url = f"ws://{host}:{port}/socket?client={self.number}{after}"
        self.socket = await WebSocket.open(
            url, self.deliver, session.wire, session.load.own.deflate == "on"
        )
        if self.seen < 0:
            self.seen = int(self.socket.headers["X-Position"])
        session.facts["websocket_extension"] = self.socket.extension or "none"

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.socket.transport] if self.socket is not None else []

    async def live(self) -> None:
        assert self.socket is not None
        await self.socket.ended

    async def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
