"""NATS without JetStream: a publisher (nats-py) and a lean subscriber of one subject.

The server confirms no message.  With a window the publisher asks for a round trip (PING, PONG)
after so many messages: the server has read them all when it answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client

from bench.brokers.connection import ReadingSubscriber
from bench.brokers.ends import NO_CONFIRMS, Publisher, Sink, watch
from bench.brokers.pushed import NatsParser, ProtocolError

LARGEST_MESSAGE_BYTES = 1_048_576
"""NATS's own limit (max_payload)."""

REPLY_SECONDS = 30.0
PENDING_MESSAGES, PENDING_BYTES = 1_000_000, 1 << 30
"""nats-py drops what a subscriber has not handled beyond these."""


async def connected(url: str, is_over: Callable[[], None] | None = None) -> Client:
    """A connection that does not come back by itself; ConnectionError where there is none."""

    async def quiet(_: Exception) -> None:
        pass

    async def closed() -> None:
        if is_over is not None:
            is_over()

    try:
        client = await nats.connect(
            url, allow_reconnect=False, error_cb=quiet, closed_cb=closed, disconnected_cb=closed
        )
    except nats.errors.Error as error:
        raise ConnectionError(f"NATS: {error}") from None
    watch(getattr(client, "_reading_task", None), is_over)
    return client


async def as_connection_error(doing: Awaitable[Any]) -> Any:
    """Await; what the library raises becomes a ConnectionError."""
    try:
        return await doing
    except nats.errors.Error as error:
        words = str(error) or type(error).__name__
        raise ConnectionError(f"NATS: {words}") from None


def transports_of(client: Client | None) -> Sequence[asyncio.BaseTransport]:
    """The connection's transport, which the library keeps to itself."""
    inner = getattr(client, "_transport", None)
    writer = getattr(inner, "_io_writer", None)
    return [writer.transport] if writer is not None else []


class NatsPublisher(Publisher):
    """Publishes to a subject; whoever is not subscribed just then misses it."""

    def __init__(self, url: str, subject: str, *, window: int = NO_CONFIRMS) -> None:
        super().__init__()
        self._url, self._subject, self._most = url, subject, window
        self._since_flush = 0
        self._client: Client | None = None

    async def open(self) -> None:
        self._client = await connected(self._url)

    async def publish(self, body: bytes, cookie: int = 0) -> None:  # noqa: ARG002 - no confirms
        if self._client is None:
            raise ConnectionError("not connected")
        await as_connection_error(self._client.publish(self._subject, body))
        self._since_flush += 1
        if self._most != NO_CONFIRMS and self._since_flush >= self._most:
            await self.settled()

    async def settled(self) -> None:
        if self._client is not None:
            self._since_flush = 0
            await as_connection_error(self._client.flush(int(REPLY_SECONDS)))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()


class NatsSubscriber(ReadingSubscriber):
    """Subscribed to a subject; nothing is acknowledged."""

    def __init__(self, url: str, subject: str, sink: Sink) -> None:
        parts = urlsplit(url)
        super().__init__(parts.hostname or "127.0.0.1", parts.port or 4222, sink)
        self._subject = subject
        self._parser = NatsParser(self.message, self._line)

    def hello(self) -> bytes:
        # The server has taken the subscription when it answers the PING.
        return b'CONNECT {"verbose":false,"pedantic":false}\r\nSUB %s 1\r\nPING\r\n' % (
            self._subject.encode()
        )

    def feed(self, data: bytes) -> None:
        self._parser.feed(data)

    def _line(self, line: bytes) -> None:
        if line == b"PONG":
            self.subscribed()
        elif line == b"PING":
            self.send(b"PONG\r\n")
        elif line.startswith(b"-ERR"):
            raise ProtocolError(f"NATS: {line[5:].decode(errors='replace')}")
