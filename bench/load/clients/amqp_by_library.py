"""AMQP 0.9.1 clients on aio-pika, each with a connection of its own.

For those who send as well: a Participant consumes from a queue and publishes to its exchange, a
Requester sends messages and has a queue for the answers.  Who only consumes has a client that
takes a tenth of the CPU time (amqp.py).  Neither knows what a message means.
"""

from __future__ import annotations

import asyncio
import contextlib
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
AnswerSink = Callable[[str, bytes, str, int], None]


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


async def _connected(url: str, transport: CountedTransport) -> CountedConnection:
    connection = CountedConnection(url, transport)
    try:
        await connection.connect()
    except aio_pika.exceptions.CONNECTION_EXCEPTIONS as error:
        raise ConnectionClosed(f"the broker refused: {error}") from error
    return connection


class Participant:
    """One client of the broker; message bodies go to `sink(body, read_ns)`."""

    def __init__(self, wire: WireMeter) -> None:
        self._wire = wire
        self._transport = CountedTransport(wire)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(
        self,
        url: str,
        exchange: str,
        routing_key: str,
        sink: Sink,
        *,
        queue_name: str = "",
        most_messages: int = 0,
    ) -> None:
        """Connect, declare the queue, bind it to the exchange, consume.

        The queue is exclusive and goes with the connection; it may have a name, and keep only
        the last `most_messages` that its client has not read.
        """
        self._connection = await _connected(url, self._transport)
        self._connection.close_callbacks.add(self._lost)
        channel = self._channel = await self._connection.channel(publisher_confirms=False)
        queue = await channel.declare_queue(
            queue_name or None,
            exclusive=True,
            arguments={"x-max-length": most_messages} if most_messages else None,
        )
        await queue.bind(exchange, routing_key)

        async def take(message: AbstractIncomingMessage) -> None:
            sink(message.body, now_ns())

        await queue.consume(take, no_ack=True)

    async def publish(self, exchange: str, body: bytes) -> None:
        """Send a message to an exchange, on the same channel; the broker confirms nothing."""
        try:
            target = await self._channel.get_exchange(exchange, ensure=False)
            await target.publish(aio_pika.Message(body), routing_key="", mandatory=False)
        except aio_pika.exceptions.CONNECTION_EXCEPTIONS as error:
            raise ConnectionClosed(f"not sent: {error}") from error

    def _lost(self, *_: object) -> None:
        self._wire.closes(self._transport.fd)
        if not self.ended.done():
            self.ended.set_result(None)

    @property
    def transport(self) -> Any:
        return self._transport.transport

    def abort(self) -> None:
        """Be gone without a word."""
        self._wire.closes(self._transport.fd)
        if self._transport.transport is not None:
            self._transport.transport.abort()

    async def close(self) -> None:
        self._wire.closes(self._transport.fd)
        await self._connection.close()


class Requester:
    """Sends requests to a queue; `sink(request, body, type, read_ns)` gets what is answered.

    The queue for answers has a name and outlives the connection, so that answers wait for a client
    that is away.  Each is acknowledged when it was handed on: it comes again where that was lost.
    """

    def __init__(self, wire: WireMeter, reply_queue: str, sink: AnswerSink) -> None:
        self._wire, self._sink = wire, sink
        self._reply_queue = reply_queue
        self._transport = CountedTransport(wire)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(self, url: str) -> None:
        """Connect, and have the queue for answers."""
        self._connection = await _connected(url, self._transport)
        self._connection.close_callbacks.add(self._lost)
        try:
            await self._listen()
        except aio_pika.exceptions.CONNECTION_EXCEPTIONS as error:
            raise ConnectionClosed(f"the broker is gone: {error}") from error

    async def _listen(self) -> None:
        channel = await self._connection.channel(publisher_confirms=True)
        self._exchange = channel.default_exchange
        queue = await channel.declare_queue(
            self._reply_queue, durable=True, arguments={"x-expires": ABANDONED_QUEUE_MS}
        )

        async def take(message: AbstractIncomingMessage) -> None:
            self._sink(message.correlation_id or "", message.body, message.type or "", now_ns())
            with contextlib.suppress(*aio_pika.exceptions.CONNECTION_EXCEPTIONS):
                await message.ack()  # where the connection is lost, it comes again

        await queue.consume(take)

    def _count(self) -> None:
        """Once: afterwards the descriptor is another socket's."""
        fd, self._transport.fd = self._transport.fd, -1
        self._wire.closes(fd)

    def _lost(self, *_: object) -> None:
        self._count()
        if not self.ended.done():
            self.ended.set_result(None)

    async def send(self, queue: str, request: str, body: bytes) -> None:
        """Return when the broker has confirmed the message; ConnectionClosed where it did not."""
        message = aio_pika.Message(body, correlation_id=request, reply_to=self._reply_queue)
        try:
            await self._exchange.publish(message, queue)
        except aio_pika.exceptions.CONNECTION_EXCEPTIONS as error:
            raise ConnectionClosed(f"not confirmed: {error}") from error

    @property
    def transport(self) -> Any:
        return self._transport.transport

    def abort(self) -> None:
        """Be gone without a word."""
        self._count()
        if self._transport.transport is not None:
            self._transport.transport.abort()

    async def close(self) -> None:
        self._count()
        await self._connection.close()
