"""A connection of a subscriber whose bytes go to a parser.  Knows no broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from bench.brokers.ends import Sink, Subscriber
from bench.clock import now_ns

SUBSCRIBE_SECONDS = 30.0


class _Reading(asyncio.Protocol):
    def __init__(self, feed: Callable[[bytes], None], is_over: Callable[[Exception | None], None]):
        self._feed, self._is_over = feed, is_over
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._feed(data)

    def connection_lost(self, reason: Exception | None) -> None:
        self._is_over(reason)


class ReadingSubscriber(Subscriber):
    """Connects to host and port, says `hello`, and is subscribed when its parser says so.

    A broker's subscriber writes `hello` and `feed`, and calls `subscribed` and `message`.
    """

    def __init__(self, host: str, port: int, sink: Sink) -> None:
        super().__init__(sink)
        self._place = host, port
        self._reading: _Reading | None = None
        self._read_ns = 0
        self._subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def hello(self) -> bytes:
        """What is sent at first."""
        raise NotImplementedError

    def feed(self, data: bytes) -> None:
        """Parse what was read; ConnectionError where that cannot be."""
        raise NotImplementedError

    async def open(self) -> None:
        reading = self._reading = _Reading(self._feed, self._lost)
        await asyncio.get_running_loop().create_connection(lambda: reading, *self._place)
        self.send(self.hello())
        await asyncio.wait_for(asyncio.shield(self._subscribed), SUBSCRIBE_SECONDS)

    def send(self, data: bytes) -> None:
        """Write."""
        if self._reading is not None and self._reading.transport is not None:
            self._reading.transport.write(data)

    def _feed(self, data: bytes) -> None:
        self._read_ns = now_ns()
        try:
            self.feed(data)
        except ConnectionError as error:
            self._lost(error)
            self.abort()

    def message(self, body: bytes) -> None:
        """A message, of the read that was just made."""
        self.sink(body, self._read_ns, 0)

    def subscribed(self) -> None:
        """The broker has confirmed: from here on nothing is missed."""
        if not self._subscribed.done():
            self._subscribed.set_result(None)

    def _lost(self, reason: Exception | None) -> None:
        if not self._subscribed.done():
            words = str(reason) if reason else "the broker closed the connection"
            self._subscribed.set_exception(ConnectionError(words))
            self._subscribed.exception()  # who waits for it is told; nobody else need be
        self._is_over()

    def transports(self) -> list[asyncio.BaseTransport]:
        found = self._reading.transport if self._reading is not None else None
        return [found] if found is not None else []

    async def close(self) -> None:
        if self._reading is not None and self._reading.transport is not None:
            self._reading.transport.close()
