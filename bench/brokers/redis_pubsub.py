"""Redis publish and subscribe: a publisher (redis-py) and a lean subscriber of one channel.

PUBLISH always has an answer, the number of receivers: it is waited for, so a publisher has one
message under way.  Whoever is not subscribed just then misses it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import redis.asyncio as redis

from bench.brokers.connection import ReadingSubscriber
from bench.brokers.ends import Publisher, Sink
from bench.brokers.pushed import RedisParser

LARGEST_MESSAGE_BYTES = 536_870_912
"""Redis's own limit (proto-max-bulk-len)."""


def _gone(error: Exception) -> ConnectionError:
    return ConnectionError(f"Redis: {error}")


class RedisPublisher(Publisher):
    """Publishes to a channel; the answer comes when Redis has written to all receivers."""

    def __init__(self, url: str, channel: str) -> None:
        super().__init__()
        self._channel = channel
        self._redis = redis.Redis.from_url(url, single_connection_client=True)

    async def open(self) -> None:
        try:
            await self._redis.ping()
        except redis.RedisError as error:
            raise _gone(error) from None

    async def publish(self, body: bytes, cookie: int = 0) -> None:  # noqa: ARG002 - answered at once
        try:
            await self._redis.publish(self._channel, body)
        except redis.RedisError as error:
            raise _gone(error) from None

    async def close(self) -> None:
        await self._redis.aclose()


class RedisSubscriber(ReadingSubscriber):
    """Subscribed to a channel, on a connection of its own."""

    def __init__(self, url: str, channel: str, sink: Sink) -> None:
        parts = urlsplit(url)
        super().__init__(parts.hostname or "127.0.0.1", parts.port or 6379, sink)
        self._channel = channel.encode()
        self._parser = RedisParser(self._channel, self.message, self.subscribed)

    def hello(self) -> bytes:
        size = len(self._channel)
        return b"*2\r\n$9\r\nSUBSCRIBE\r\n$%d\r\n%s\r\n" % (size, self._channel)

    def feed(self, data: bytes) -> None:
        self._parser.feed(data)
