"""Client side of SSE: one request, then events as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bench.load.clients.http1 import Http1Stream, get
from bench.load.clients.sse import EventStreamParser
from scenarios.notifications._listener import Listener


class Client(Listener):
    """An EventSource: after a lost connection it reconnects with the last id that it received."""

    connection: Http1Stream | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.parser = EventStreamParser()

    async def connect(self) -> None:
        session = self.session
        host, port = self.place
        last_id = self.parser.last_id
        self.parser = EventStreamParser(last_id)
        headers = "Accept: text/event-stream\r\n"
        if last_id:
            headers += f"Last-Event-ID: {last_id.decode()}\r\n"
        self.connection = await Http1Stream.open(session.engine, host, port, session.wire)
        request = get(f"/stream?client={self.number}", host, port, headers)
        status = await self.connection.stream(request, self.on_part)
        if status != 200:
            raise ConnectionError(f"HTTP {status} for /stream")

    def on_part(self, part: bytes, read_ns: int) -> None:
        for event in self.parser.feed(part):
            self.deliver(event.data, read_ns)

    def forget(self) -> None:
        super().forget()
        self.parser = EventStreamParser()

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.connection.transport] if self.connection is not None else []

    async def live(self) -> None:
        assert self.connection is not None
        await self.connection.ended

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
