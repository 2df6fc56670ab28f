"""Producer and consumers of one stream of work, with the account of every item.

They are coroutines of one process, each with a connection of its own: what an item takes is
time, and not CPU.  A pattern says by which queues items get to consumers.
"""

from __future__ import annotations

import asyncio
import secrets

import aio_pika
from aio_pika.abc import AbstractExchange

from bench.clock import Alarm, now_ns
from bench.model.messages import Begin
from bench.model.samples import FAILED, OK, PENDING
from scenarios.competing_consumers import _planned as planned
from scenarios.competing_consumers.load import DRAINED
from targets._target import BaseTarget
from targets.competing_consumers._consumer import Consumer
from targets.competing_consumers._item import Item

ABANDONED_QUEUE_MS = 60_000
"""After this the broker removes a queue that nobody uses."""

MOST_UNCONFIRMED = 1_000
"""Items on their way to the broker; the producer waits where there are more."""

NOT_TAKEN = (*aio_pika.exceptions.CONNECTION_EXCEPTIONS, aio_pika.exceptions.DeliveryError)
"""What publishing raises where the broker did not get a message, or may not have."""

MOST_US = (1 << 32) - 1
PAUSE_S = 0.005
PROBE_KEY = 1 << 30


class ProgramTarget(BaseTarget):
    """Publishes items when they are due, with confirms, and does them."""

    is_caller = True
    has_homes = True
    """Whether each key belongs to one consumer."""

    # --- what a pattern writes ----------------------------------------------------------------

    async def open_routes(self) -> None:
        """Declare what all consumers share."""

    async def close_routes(self) -> None:
        """Undo what is not undone with the queues."""

    async def queue_for(self, consumer: int) -> str:
        """The queue that a consumer takes from, declared."""
        raise NotImplementedError

    async def open_partitions(self, consumers: int) -> None:
        """From now on items go to the queues of so many consumers."""

    def route(self, name: str) -> tuple[AbstractExchange, str]:
        """Exchange and routing key for the name of an item's key."""
        raise NotImplementedError

    # --- start and end ------------------------------------------------------------------------

    async def start(self, _: int) -> int:
        self._url = str(self.services["rabbitmq"]["url"])
        # Trials of one repeat share their seed: what one left behind must not get another's items.
        self._token = secrets.token_hex(6)
        self._alarm = Alarm(asyncio.get_running_loop())
        self._consumers: list[Consumer] = []
        self._queues: set[str] = set()
        self._waiting: dict[int, Item] = {}
        self._publishing: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MOST_UNCONFIRMED)
        self._may_send = asyncio.Event()
        self._may_send.set()
        self.connection = await aio_pika.connect(self._url)
        self.channel = await self.connection.channel(publisher_confirms=True, on_return_raises=True)
        await self.open_routes()
        await self._add(self.load.window.clients)
        return 0

    def name(self, *words: object) -> str:
        """The name of something at the broker: none has it twice."""
        return ".".join(("patternbench", self._token, *map(str, words)))

    async def declare(self, name: str) -> str:
        """A queue; it is removed in the end."""
        await self.channel.declare_queue(
            name, durable=True, arguments={"x-expires": ABANDONED_QUEUE_MS}
        )
        self._queues.add(name)
        return name

    async def _add(self, count: int) -> None:
        """So many consumers more, and then the items that they are to get."""
        first = len(self._consumers)
        for number in range(first, first + count):
            consumer = Consumer(number, self._alarm, self._served, self.failed)
            self._consumers.append(consumer)
            queue = await self.queue_for(number)
            await consumer.start(self._url, queue, self.load.own.prefetch)
        await self.open_partitions(first + count)

    async def stop(self) -> None:
        for consumer in self._consumers:
            await consumer.stop()
        await self.close_routes()
        for queue in self._queues:
            await self.channel.queue_delete(queue)
        await self.connection.close()
        self._alarm.close()

    # --- items --------------------------------------------------------------------------------

    async def try_call(self) -> None:
        now = now_ns()
        await self._publish(Item(PROBE_KEY, 0, now, now, 0.0), is_probe=True)
        if self.failures:
            raise ConnectionError(self.errors[-1])
        while self._waiting:
            await asyncio.sleep(PAUSE_S)

    async def call(self, begin: Begin) -> None:
        adding = asyncio.create_task(self._grow(begin))
        try:
            await self._produce(begin)
            await adding
            await self._until_done()
        finally:
            adding.cancel()
            for task in self._publishing:
                task.cancel()
            for item in list(self._waiting.values()):
                self._record(item, PENDING, 0, now_ns())

    async def _produce(self, begin: Begin) -> None:
        size = self.load.own.item_bytes
        for one in planned.items(self.load, self.seed):
            due_ns = begin.start_ns + one.due_ns
            await self._alarm.until(due_ns)
            await self._may_send.wait()
            await self._room.acquire()
            item = Item(one.key, one.sequence, due_ns, now_ns(), one.seconds)
            task = asyncio.create_task(self._publish(item, size))
            self._publishing.add(task)
            task.add_done_callback(self._published)

    def _published(self, task: asyncio.Task[None]) -> None:
        self._publishing.discard(task)
        self._room.release()

    async def _publish(self, item: Item, size: int = 0, is_probe: bool = False) -> None:
        """Send it, and wait for the broker's confirm."""
        exchange, routing_key = self.route(planned.key_name(self.seed, item.key))
        self._waiting[item.number] = item
        try:
            await exchange.publish(aio_pika.Message(item.encode(size)), routing_key)
        except NOT_TAKEN as error:
            self.failed(error)
            if self._waiting.pop(item.number, None) and not is_probe:
                self._record(item, FAILED, 0, now_ns())

    def _served(self, consumer: int, item: Item, begun_ns: int, done_ns: int) -> None:
        """A consumer has done it; the first time counts, and each is recorded."""
        is_new = self._waiting.pop(item.number, None) is not None
        if item.key == PROBE_KEY:
            return
        if is_new:
            self._record(item, OK, begun_ns, done_ns)
        add, code = self.recorder.add, self.recorder.code("service")
        waited_us = min(MOST_US, max(0, begun_ns - item.sent_ns) // 1000)
        due_ns = item.due_ns
        add(code, OK, consumer, item.number, due_ns, begun_ns, begun_ns, done_ns, 0, waited_us)

    def _record(self, item: Item, outcome: int, begun_ns: int, done_ns: int) -> None:
        add, code, size = self.recorder.add, self.recorder.code("item"), self.load.own.item_bytes
        key, sequence, due_ns, sent_ns = item.key, item.sequence, item.due_ns, item.sent_ns
        down = size * (outcome == OK)
        add(code, outcome, key, sequence, due_ns, sent_ns, begun_ns, done_ns, size, down)

    async def _until_done(self) -> None:
        """Until every item is done, or the trial ends."""
        while self._waiting or self._publishing:
            await asyncio.sleep(PAUSE_S)

    # --- consumers that are added ---------------------------------------------------------------

    async def _grow(self, begin: Begin) -> None:
        """Add consumers in the middle of the window."""
        added = self.load.own.added
        if not added:
            return
        due_ns = begin.start_ns + planned.added_ns(self.load)
        await self._alarm.until(due_ns)
        sent_ns = now_ns()
        if self.load.own.hand_over == DRAINED:
            self._may_send.clear()
            await self._until_done()
        await self._add(added)
        self._may_send.set()
        done_ns, partitions = now_ns(), len(self._consumers) * self.has_homes
        add, code = self.recorder.add, self.recorder.code("adding")
        add(code, OK, added, 0, due_ns, sent_ns, done_ns, done_ns, partitions, 0)
