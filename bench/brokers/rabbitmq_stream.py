"""RabbitMQ streams: a publisher to a stream, and a subscriber that reads on from a place (rstream).

A stream is always written to the disk and read by position; nothing is acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence
from typing import Any

import rstream
from rstream import ConsumerOffsetSpecification, OffsetType, RawMessage, exceptions
from rstream.recovery import BackOffRecoveryStrategy

from bench.brokers.ends import Answer, Publisher, Sink, Subscriber, watch
from bench.clock import now_ns

LARGEST_MESSAGE_BYTES = 1_048_000
"""A frame has at most 1 MiB, its own header included."""

USER = PASSWORD = "guest"
NO_HEARTBEATS = 0


def _stays_away() -> BackOffRecoveryStrategy:
    """What is lost stays lost: who uses this decides when to come back."""
    return BackOffRecoveryStrategy(False)


LOST = (OSError, TimeoutError, exceptions.ServerError, exceptions.ClientError)


async def _as_connection_error(doing: Awaitable[Any]) -> Any:
    try:
        return await doing
    except LOST as error:
        words = str(error) or type(error).__name__
        raise ConnectionError(f"stream: {words}") from None


def _reader(end: Any, stream: str) -> asyncio.Task[Any] | None:
    """What reads the connection of a producer or consumer; the library keeps it to itself."""
    client = getattr(end, "_clients", {}).get(stream)
    found: asyncio.Task[Any] | None = getattr(client, "_tasks", {}).get("listener")
    return found


class StreamPublisher(Publisher):
    """Publishes to a stream that it makes.

    Of a connection that is gone the library may say nothing, and drop what is sent: if a write
    fails while an answer is dealt with, it neither reads on nor tells (rstream 1.1.1).
    """

    def __init__(self, host: str, port: int, stream: str, *, window: int, **more: Answer) -> None:
        super().__init__(window, **more)
        self._stream = stream
        self._producer = rstream.Producer(
            host,
            port,
            on_close_handler=self._lost,
            heartbeat=NO_HEARTBEATS,
            recovery_strategy=_stays_away(),
            username=USER,
            password=PASSWORD,
        )
        self._published = 0
        self._is_watched = False
        self._error: ConnectionError | None = None

    async def open(self) -> None:
        await _as_connection_error(self._producer.start())
        await _as_connection_error(self._producer.create_stream(self._stream, exists_ok=True))

    async def publish(self, body: bytes, cookie: int = 0) -> None:
        if self._error is not None:
            raise self._error
        if self.window is None:
            await _as_connection_error(self._producer.send_batch(self._stream, [body]))
            self._watch()
            return
        await self.window.room()
        self._published += 1
        number = self._published
        self.window.put(number, cookie)
        # The library numbers messages as they come: by that a confirm says which it is of.
        message = RawMessage(body, number)
        await _as_connection_error(
            self._producer.send_batch(self._stream, [message], on_publish_confirm=self._confirmed)
        )
        self._watch()
        if self.window.size == 1:
            await self.window.empty()

    def _watch(self) -> None:
        """From the first message on: before it there is no connection to the stream."""
        if not self._is_watched:
            self._is_watched = True
            watch(_reader(self._producer, self._stream), self._is_lost)

    async def _confirmed(self, status: rstream.ConfirmationStatus) -> None:
        if self.window is not None:
            self.window.answered(status.message_id, status.is_confirmed)

    async def _lost(self, _: Any) -> None:
        self._is_lost()

    def _is_lost(self) -> None:
        self._error = self._error or ConnectionError("the broker is gone")
        if self.window is not None:
            self.window.broken(self._error)

    async def close(self) -> None:
        if not self.keeps:
            with contextlib.suppress(*LOST):
                await self._producer.delete_stream(self._stream, missing_ok=True)
        with contextlib.suppress(*LOST):
            await self._producer.close()


class StreamSubscriber(Subscriber):
    """Reads a stream from `offset` on; None: from what comes next.

    `tag` of what it hands on is the message's place in the stream.
    """

    def __init__(
        self, host: str, port: int, stream: str, sink: Sink, *, offset: int | None = None
    ) -> None:
        super().__init__(sink)
        self._stream, self._offset = stream, offset
        self._consumer = rstream.Consumer(
            host,
            port,
            on_close_handler=self._lost,
            heartbeat=NO_HEARTBEATS,
            recovery_strategy=_stays_away(),
            username=USER,
            password=PASSWORD,
        )

    async def open(self) -> None:
        next_only = ConsumerOffsetSpecification(OffsetType.NEXT, None)
        where = ConsumerOffsetSpecification(OffsetType.OFFSET, self._offset)
        await _as_connection_error(self._consumer.start())
        await _as_connection_error(
            self._consumer.subscribe(
                self._stream,
                self._take,
                offset_specification=next_only if self._offset is None else where,
            )
        )
        watch(_reader(self._consumer, self._stream), self._is_over)

    def _take(self, body: Any, context: Any) -> None:
        self.sink(bytes(body), now_ns(), context.offset)

    async def _lost(self, _: Any) -> None:
        self._is_over()

    def transports(self) -> Sequence[asyncio.BaseTransport]:
        # The library keeps its connections to itself.
        client = getattr(self._consumer, "_clients", {}).get(self._stream)
        writer = getattr(getattr(client, "_conn", None), "_writer", None)
        return [writer.transport] if writer is not None else []

    async def close(self) -> None:
        with contextlib.suppress(*LOST):
            await self._consumer.close()
