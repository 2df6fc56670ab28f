"""RabbitMQ: a publisher to a fanout exchange, and a subscriber with a queue of its own.

Knows nothing of what a message means.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.brokers.amqp import Connection
from bench.brokers.amqp_frames import CONSUMER_TAG, MessageFrames, acknowledgement, method_frame
from bench.brokers.amqp_methods import Method
from bench.brokers.ends import NO_CONFIRMS, Answer, Publisher, Sink, Subscriber
from bench.clock import now_ns

LARGEST_MESSAGE_BYTES = 134_217_728
"""RabbitMQ's own limit (max_message_size)."""

CLASSIC, QUORUM = "classic", "quorum"
EXPIRES_MS = 60_000
"""After this the broker removes a queue that nobody uses."""


@dataclass(frozen=True, kw_only=True)
class QueueSettings:
    """A queue.  A quorum queue is always durable.

    `most` is how many messages it holds at most (0: any number); what comes then is refused,
    and the publisher is told so where it asks for confirms.  What is rejected goes to the queue
    `dead_letters`, which somebody else declares; "" is nowhere.
    """

    name: str
    kind: str = CLASSIC
    is_durable: bool = False
    most: int = 0
    dead_letters: str = ""

    async def declare(self, connection: Connection) -> None:
        """Have the queue; ConnectionError where there is another of this name."""
        arguments: dict[str, Any] = {"x-queue-type": self.kind, "x-expires": EXPIRES_MS}
        if self.most:
            arguments |= {"x-max-length": self.most, "x-overflow": "reject-publish"}
        if self.dead_letters:
            arguments |= {
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": self.dead_letters,
            }
        is_durable = self.is_durable or self.kind == QUORUM
        await connection.ask(
            "queue.declare", queue=self.name, durable=is_durable, arguments=arguments
        )


class RabbitPublisher(Publisher):
    """Publishes to a fanout exchange that it declares; messages are persistent where asked for."""

    def __init__(
        self,
        url: str,
        exchange: str,
        *,
        window: int = NO_CONFIRMS,
        is_durable: bool = False,
        **more: Answer,
    ) -> None:
        super().__init__(window, **more)
        self._url, self._exchange, self._is_durable = url, exchange, is_durable
        self._frames = MessageFrames(exchange, "", is_durable)
        self._connection: Connection | None = None
        self._published = 0

    async def open(self) -> None:
        connection = self._connection = Connection(on_method=self._said)
        await connection.open(self._url)
        await connection.ask(
            "exchange.declare", exchange=self._exchange, type="fanout", durable=self._is_durable
        )
        self._published = 0  # the broker numbers what comes after the choice
        if self.window is not None:
            connection.ended.add_done_callback(lambda _: self._lost(connection))
            await connection.ask("confirm.select")

    async def publish(self, body: bytes, cookie: int = 0) -> None:
        if self._connection is None:
            raise ConnectionError("not connected")
        if self.window is not None:
            await self.window.room()
        await self._connection.drained()
        self._connection.send(self._frames.of(body, self._connection.frame_limit))
        if self.window is not None:
            self._published += 1
            self.window.put(self._published, cookie)
            if self.window.size == 1:
                await self.window.empty()

    def _said(self, method: Method) -> None:
        if self.window is None or method.name not in ("basic.ack", "basic.nack"):
            return
        is_taken = method.name == "basic.ack"
        if method["multiple"]:
            self.window.answered_up_to(method["tag"], is_taken)
        else:
            self.window.answered(method["tag"], is_taken)

    def _lost(self, connection: Connection) -> None:
        if self.window is not None and connection is self._connection:
            self.window.broken(connection.error or ConnectionError("the broker is gone"))

    async def close(self) -> None:
        if self._connection is None:
            return
        if not self.keeps:
            with contextlib.suppress(OSError):
                await self._connection.ask("exchange.delete", exchange=self._exchange)
        await self._connection.close()


class RabbitSubscriber(Subscriber):
    """Consumes from its own queue, which it binds to the exchange.

    `prefetch` 0 is consuming without acknowledgements; else each message is to be
    acknowledged, and at most so many are under way at once.  With `keeps_queue` the queue and
    what is in it stay when the subscriber goes.
    """

    def __init__(
        self,
        url: str,
        exchange: str,
        queue: QueueSettings,
        sink: Sink,
        *,
        prefetch: int = 0,
        keeps_queue: bool = False,
    ) -> None:
        super().__init__(sink)
        self._url, self._exchange, self._queue = url, exchange, queue
        self._prefetch, self._keeps_queue = prefetch, keeps_queue
        self._connection: Connection | None = None

    async def open(self) -> None:
        connection = self._connection = Connection(self._take)
        connection.ended.add_done_callback(lambda _: self._is_over())
        await connection.open(self._url)
        name, ask = self._queue.name, connection.ask
        await self._queue.declare(connection)
        await ask("queue.bind", queue=name, exchange=self._exchange)
        if self._prefetch:
            await ask("basic.qos", count=self._prefetch)
        await ask("basic.consume", queue=name, consumer=CONSUMER_TAG, no_ack=not self._prefetch)

    def _take(self, body: bytes, tag: int, _: bool) -> None:
        self.sink(body, now_ns(), tag)

    def acknowledge(self, tag: int) -> None:
        if self._prefetch and self._connection is not None and self._connection.error is None:
            self._connection.send(acknowledgement(tag))

    def reject(self, tag: int) -> None:
        if self._prefetch and self._connection is not None and self._connection.error is None:
            self._connection.send(method_frame("basic.reject", tag=tag))

    def transports(self) -> Sequence[asyncio.BaseTransport]:
        found = self._connection.transport if self._connection is not None else None
        return [found] if found is not None else []

    async def close(self) -> None:
        if self._connection is None:
            return
        if not self._keeps_queue:
            with contextlib.suppress(OSError):
                await self._connection.ask("queue.delete", queue=self._queue.name)
        await self._connection.close()
