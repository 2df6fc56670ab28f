"""NATS JetStream: a publisher to a stream, a subscriber with a consumer of its own (nats-py)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    StorageType,
    StreamConfig,
)

from bench.brokers.ends import Answer, Publisher, Sink, Subscriber
from bench.brokers.nats_core import (
    PENDING_BYTES,
    PENDING_MESSAGES,
    as_connection_error,
    connected,
    transports_of,
)
from bench.clock import now_ns

ACKNOWLEDGED, REJECTED = b"+ACK", b"+TERM"
ACK_WAIT_SECONDS = 30.0
"""NATS's own default."""

EXPIRES_SECONDS = 60.0
"""After this the server removes a consumer that nobody uses."""


class JetStreamPublisher(Publisher):
    """Publishes to a stream that it makes, in a file or in memory.

    Without confirms it publishes as to any subject, and does not hear what becomes of it.
    `most` is how many messages the stream holds (0: any number); what comes then is refused.
    """

    def __init__(
        self,
        url: str,
        stream: str,
        *,
        window: int,
        is_durable: bool = False,
        most: int = 0,
        **more: Answer,
    ) -> None:
        super().__init__(window, **more)
        self._url, self._stream = url, stream
        self._is_durable, self._most = is_durable, most
        self._client: Client | None = None
        self._jetstream: JetStreamContext | None = None
        self._published = 0

    async def open(self) -> None:
        self._client = await connected(self._url, self._lost)
        at_once = self.window.size if self.window is not None else 1
        self._jetstream = self._client.jetstream(publish_async_max_pending=at_once + 1)
        config = StreamConfig(
            name=self._stream,
            subjects=[self._stream],
            storage=StorageType.FILE if self._is_durable else StorageType.MEMORY,
            max_msgs=self._most or -1,
            discard=DiscardPolicy.NEW if self._most else DiscardPolicy.OLD,
        )
        await as_connection_error(self._jetstream.add_stream(config))

    async def publish(self, body: bytes, cookie: int = 0) -> None:
        if self._client is None or self._jetstream is None:
            raise ConnectionError("not connected")
        if self.window is None:
            await as_connection_error(self._client.publish(self._stream, body))
            return
        await self.window.room()
        self._published += 1
        number = self._published
        self.window.put(number, cookie)
        future = await as_connection_error(self._jetstream.publish_async(self._stream, body))
        future.add_done_callback(lambda done: self._answered(number, done))
        if self.window.size == 1:
            await self.window.empty()

    def _answered(self, number: int, done: asyncio.Future[Any]) -> None:
        if self.window is not None:
            self.window.answered(number, not done.cancelled() and done.exception() is None)

    def _lost(self) -> None:
        if self.window is not None:
            self.window.broken(ConnectionError("NATS is gone"))

    async def close(self) -> None:
        if self._client is None:
            return
        if self._jetstream is not None and not self.keeps:
            with contextlib.suppress(OSError, TimeoutError):
                await as_connection_error(self._jetstream.delete_stream(self._stream))
        await self._client.close()


class JetStreamSubscriber(Subscriber):
    """A push consumer; `prefetch` 0 acknowledges nothing, else so many may be unacknowledged.

    Without a name the consumer begins with what comes next.  With one it is kept, and goes on
    where it was.  What was not acknowledged comes again after `again_after_s`.
    """

    def __init__(
        self,
        url: str,
        stream: str,
        sink: Sink,
        *,
        prefetch: int = 0,
        name: str = "",
        again_after_s: float = ACK_WAIT_SECONDS,
    ) -> None:
        super().__init__(sink)
        self._url, self._stream = url, stream
        self._prefetch, self._name, self._again_after_s = prefetch, name, again_after_s
        self._client: Client | None = None
        self._unacknowledged: dict[int, str] = {}

    async def open(self) -> None:
        self._client = await connected(self._url, self._is_over)
        jetstream = self._client.jetstream()
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL if self._name else DeliverPolicy.NEW,
            ack_policy=AckPolicy.EXPLICIT if self._prefetch else AckPolicy.NONE,
            max_ack_pending=self._prefetch or None,
            ack_wait=self._again_after_s if self._prefetch else None,
            inactive_threshold=None if self._name else EXPIRES_SECONDS,
        )
        await as_connection_error(
            jetstream.subscribe(
                self._stream,
                cb=self._take,
                stream=self._stream,
                durable=self._name or None,
                config=config,
                manual_ack=True,
                pending_msgs_limit=PENDING_MESSAGES,
                pending_bytes_limit=PENDING_BYTES,
            )
        )

    async def _take(self, message: Msg) -> None:
        read_ns = now_ns()
        tag = message.metadata.sequence.consumer
        if self._prefetch:
            self._unacknowledged[tag] = message.reply
        self.sink(message.data, read_ns, tag)

    def acknowledge(self, tag: int) -> None:
        self._answer(tag, ACKNOWLEDGED)

    def reject(self, tag: int) -> None:
        self._answer(tag, REJECTED)

    def _answer(self, tag: int, answer: bytes) -> None:
        subject = self._unacknowledged.pop(tag, "")
        if subject and self._client is not None and self._client.is_connected:
            self._sending = asyncio.create_task(self._answered(self._client, subject, answer))

    @staticmethod
    async def _answered(client: Client, subject: str, answer: bytes) -> None:
        # Where the connection is lost meanwhile, the message comes again.
        with contextlib.suppress(OSError):
            await as_connection_error(client.publish(subject, answer))

    def transports(self) -> Sequence[asyncio.BaseTransport]:
        return transports_of(self._client)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
