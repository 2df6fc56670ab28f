"""A consumer of AMQP 0-9-1 for load processes, with a connection and a queue of its own.

The protocol is that of bench/brokers; here a socket is metered, a read has its time, and what
was read is acknowledged at once.  Knows nothing of what a message means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bench.brokers.amqp import Connection
from bench.brokers.amqp_frames import CONSUMER_TAG, acknowledgement
from bench.clock import now_ns
from bench.load.wire import WireMeter

Sink = Callable[[bytes, int], None]

HEARTBEAT_S = 60
"""RabbitMQ's own default."""

ABANDONED_QUEUE_MS = 60_000
"""After this the broker removes a named queue that nobody uses."""


class Consumer(Connection):
    """One client of the broker; message bodies go to `sink(body, read_ns)`."""

    def __init__(self, sink: Sink, wire: WireMeter) -> None:
        super().__init__(self._take, beat_s=HEARTBEAT_S)
        self._sink, self._wire = sink, wire
        self._fd = -1
        self._read_ns = 0
        self._is_acknowledging = False
        self._taken = self._acknowledged = 0

    # --- what asyncio calls -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._fd = self._wire.opens(transport)

    def data_received(self, data: bytes) -> None:
        self._read_ns = now_ns()
        super().data_received(data)
        if self._is_acknowledging and self._taken > self._acknowledged and self.error is None:
            self._acknowledged = self._taken
            self.send(acknowledgement(self._taken, and_before=True))

    def connection_lost(self, reason: Exception | None) -> None:
        self._count()
        super().connection_lost(reason)

    # --- for who uses it --------------------------------------------------------------------

    async def consume(self, exchange: str, routing_key: str, durable_queue: str = "") -> None:
        """Declare the queue, bind it to the exchange, and have its messages pushed.

        Without a durable name the queue is exclusive and goes with the connection.  With one it
        stays for a client that comes back, and messages are acknowledged when they were handed
        on: at least once instead of at most once.
        """
        self._is_acknowledging = bool(durable_queue)
        kept: dict[str, Any] = {"durable": True, "arguments": {"x-expires": ABANDONED_QUEUE_MS}}
        settings = kept if durable_queue else {"exclusive": True}
        declared = await self.ask("queue.declare", queue=durable_queue, **settings)
        name = declared["queue"]
        await self.ask("queue.bind", queue=name, exchange=exchange, key=routing_key)
        await self._take_from(name)

    async def consume_from(self, queue: str) -> None:
        """Have the messages of a queue pushed that is there already; they are acknowledged."""
        self._is_acknowledging = True
        await self._take_from(queue)

    async def _take_from(self, queue: str) -> None:
        no_ack = not self._is_acknowledging
        await self.ask("basic.consume", queue=queue, consumer=CONSUMER_TAG, no_ack=no_ack)

    def abort(self) -> None:
        self._count()
        super().abort()

    async def close(self) -> None:
        self._count()
        await super().close()

    def _take(self, body: bytes, tag: int, _: bool) -> None:
        self._sink(body, self._read_ns)
        self._taken = tag

    def _count(self) -> None:
        """Once: afterwards the descriptor is another socket's."""
        fd, self._fd = self._fd, -1
        self._wire.closes(fd)
