"""Client side of SSE over HTTP/2: one connection, and on it one stream of events."""

from __future__ import annotations

import asyncio
from typing import Any

from bench.clock import now_ns
from bench.load.clients.curl import CurlClient
from bench.load.clients.curl_timing import Fetched
from bench.load.clients.sse import EventStreamParser
from scenarios.notifications._listener import Listener


class Client(Listener):
    """An EventSource; each client has its own connection, like each browser."""

    curl: CurlClient | None = None
    streaming: asyncio.Task[Fetched] | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.parser = EventStreamParser()

    async def connect(self) -> None:
        session = self.session
        last_id = self.parser.last_id
        self.parser = EventStreamParser(last_id)
        header = ["Accept: text/event-stream"]
        if last_id:
            header.append(f"Last-Event-ID: {last_id.decode()}")
        self.curl = CurlClient(
            session.address.listeners["tls"].url,
            "2",
            connections=1,
            ca_file=session.address.ca_file,
            header=header,
            on_open=session.wire.opens_descriptor,
            on_close=session.wire.closes,
        )
        self.told = asyncio.Event()
        stream = self.curl.stream(f"/stream?client={self.number}", self.on_part)
        self.streaming = asyncio.create_task(stream)
        telling = asyncio.create_task(self.told.wait())
        try:
            await asyncio.wait((self.streaming, telling), return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
        if not self.told.is_set():
            raise ConnectionError(f"HTTP {(await self.streaming).status} for /stream")

    def on_part(self, part: bytes) -> None:
        read_ns = now_ns()
        for event in self.parser.feed(part):
            self.deliver(event.data, read_ns)
        # The server begins with an id: where the feed stands.
        if self.parser.last_id:
            self.told.set()

    def forget(self) -> None:
        super().forget()
        self.parser = EventStreamParser()

    async def live(self) -> None:
        assert self.streaming is not None
        await self.streaming

    async def close(self) -> None:
        if self.streaming is not None:
            self.streaming.cancel()
            await asyncio.gather(self.streaming, return_exceptions=True)
        if self.curl is not None:
            self.curl.close()
