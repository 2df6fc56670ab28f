"""One consumer: its own connection, one item after the other, acknowledged when it is done.

Knows nothing of how items come into its queue, nor of the other consumers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from bench.clock import Alarm, now_ns
from bench.plan.arrivals import SECOND_NS
from targets.competing_consumers._item import Item, decode

Served = Callable[[int, Item, int, int], None]
"""Takes the consumer's number, what it did, and when it began and ended."""


class Consumer:
    """Takes from a queue; an item that cannot be read is rejected and `refused` is told why."""

    def __init__(
        self, number: int, alarm: Alarm, served: Served, refused: Callable[[ValueError], None]
    ) -> None:
        self.number = number
        self._alarm, self._served, self._refused = alarm, served, refused
        self._line: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()

    async def start(self, url: str, queue: str, prefetch: int) -> None:
        """Connect and consume."""
        self._connection = await aio_pika.connect(url)
        channel = await self._connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=prefetch)
        self._working = asyncio.create_task(self._work())
        await (await channel.get_queue(queue)).consume(self._line.put)

    async def _work(self) -> None:
        with contextlib.suppress(*aio_pika.exceptions.CONNECTION_EXCEPTIONS):
            while True:
                await self._do(await self._line.get())

    async def _do(self, message: AbstractIncomingMessage) -> None:
        try:
            item = decode(message.body)
        except ValueError as error:
            self._refused(error)
            await message.reject(requeue=False)
            return
        begun_ns = now_ns()
        await self._alarm.until(begun_ns + round(item.seconds * SECOND_NS))
        self._served(self.number, item, begun_ns, now_ns())
        await message.ack()

    async def stop(self) -> None:
        self._working.cancel()
        await self._connection.close()
