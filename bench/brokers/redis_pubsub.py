"""Redis publish and subscribe: one channel (redis-py).

PUBLISH always has an answer, the number of receivers: it is waited for, so a publisher has one
message under way.  Whoever is not subscribed just then misses it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import redis.asyncio as redis

from bench.brokers.ends import Publisher, Sink, Subscriber
from bench.clock import now_ns

LARGEST_MESSAGE_BYTES = 536_870_912
"""Redis's own limit (proto-max-bulk-len)."""

BLOCK_SECONDS = 3600.0


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


class RedisSubscriber(Subscriber):
    """Subscribed to a channel, on a connection of its own."""

    def __init__(self, url: str, channel: str, sink: Sink) -> None:
        super().__init__(sink)
        self._channel = channel
        self._redis = redis.Redis.from_url(url)
        self._pubsub = self._redis.pubsub(ignore_subscribe_messages=False)
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        try:
            await self._pubsub.subscribe(self._channel)
            # Its confirmation: from here on nothing is missed.
            await self._pubsub.get_message(timeout=BLOCK_SECONDS)
        except redis.RedisError as error:
            raise _gone(error) from None
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(redis.RedisError, OSError):
            while True:
                message: dict[str, Any] | None = await self._pubsub.get_message(
                    timeout=BLOCK_SECONDS
                )
                if message is not None and message["type"] == "message":
                    self.sink(message["data"], now_ns(), 0)
        self._is_over()

    def transports(self) -> Sequence[asyncio.BaseTransport]:
        writer = getattr(self._pubsub.connection, "_writer", None)
        return [writer.transport] if writer is not None else []

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        with contextlib.suppress(redis.RedisError, OSError):
            await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()
