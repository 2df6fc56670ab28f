"""An AMQP 0.9.1 consumer on aio-pika: its own connection, its own exclusive queue.

The broker pushes (basic.consume, no acknowledgements), as the other push
patterns do.  Knows nothing of what a message means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from aiormq.connection import TCPTransportFactory
from yarl import URL

from bench.clock import now_ns
from bench.load.clients.http1 import ConnectionClosed
from bench.load.wire import WireMeter

Sink = Callable[[bytes, int], None]


ABANDONED_QUEUE_MS = 60_000
"""After this the broker removes a named queue that nobody uses."""


class CountedTransport(TCPTransportFactory):
    """Opens aiormq's socket where the meter can see it (aiormq shows it to nobody)."""

    def __init__(self, wire: WireMeter) -> None:
        self._wire = wire
        self.fd = -1
        self.transport: asyncio.WriteTransport | None = None

    async def create(
        self, url: Any, **kwargs: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await super().create(url, **kwargs)
        self.transport = writer.transport
        self.fd = self._wire.opens(writer.transport)
        return reader, writer


class CountedConnection(aio_pika.Connection):
    """aio-pika passes known options only; this hands aiormq the counted transport."""

    def __init__(self, url: str, transport: CountedTransport) -> None:
        super().__init__(URL(url))
        self.kwargs["transport_factory"] = transport


class Consumer:
    """One client of the broker; message bodies go to `sink(body, read_ns)`."""

    def __init__(self, wire: WireMeter) -> None:
        self._wire = wire
        self._transport = CountedTransport(wire)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(
        self, url: str, exchange: str, routing_key: str, sink: Sink, durable_queue: str = ""
    ) -> None:
        """Connect, declare the queue, bind it to the exchange, consume.

        Without a name the queue is exclusive and goes with the connection.  With
        one it stays for a client that comes back, and each message is
        acknowledged when it was handed on: at least once instead of at most once.
        """
        self._connection = CountedConnection(url, self._transport)
        try:
            await self._connection.connect()
        except aio_pika.exceptions.CONNECTION_EXCEPTIONS as error:
            raise ConnectionClosed(f"the broker refused: {error}") from error
        self._connection.close_callbacks.add(self._lost)
        channel = await self._connection.channel(publisher_confirms=False)
        if durable_queue:
            queue = await channel.declare_queue(
                durable_queue, durable=True, arguments={"x-expires": ABANDONED_QUEUE_MS}
            )
        else:
            queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, routing_key)

        async def take(message: AbstractIncomingMessage) -> None:
            sink(message.body, now_ns())
            if durable_queue:
                await message.ack()

        await queue.consume(take, no_ack=not durable_queue)

    def _lost(self, *_: object) -> None:
        self._wire.closes(self._transport.fd)
        if not self.ended.done():
            self.ended.set_result(None)

    @property
    def transport(self) -> Any:
        return self._transport.transport

    async def close(self) -> None:
        self._wire.closes(self._transport.fd)
        await self._connection.close()
