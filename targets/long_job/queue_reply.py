"""RabbitMQ takes the job to a worker; the answer waits in the client's own reply queue."""

from __future__ import annotations

import asyncio

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from bench.model.messages import Address
from targets._target import BaseTarget
from targets.long_job._workers import Job, Workers, read_seconds

TITLE = "queue and reply queue"
REQUIRES = ("rabbitmq",)
PARTS = ({"name": "worker", "role": "server"},)

IN_STORE = 20
"""Messages that the worker has beside those at work, so that none waits for the broker."""

ABANDONED_QUEUE_MS = 60_000
"""After this the broker removes a queue that nobody uses."""

REFUSED = "refused"
"""The type of an answer that is no result."""


class Worker(BaseTarget):
    """Takes jobs from one queue; `reply_to` and `correlation_id` of a message say whose it is.

    A message is acknowledged once its answer is with the broker.  One that comes again is not
    begun again; one that cannot be read is refused to its sender, or dropped where it has none.
    """

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.workers = Workers(self.load, self.finished)
        self.name = f"patternbench.{self.seed}.jobs"
        self._messages: dict[str, AbstractIncomingMessage] = {}
        self._known: set[str] = set()
        self._answering: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> int:  # noqa: ARG002 - clients connect to the broker
        self.connection = await aio_pika.connect(str(self.services["rabbitmq"]["url"]))
        self.channel = await self.connection.channel(publisher_confirms=False)
        await self.channel.set_qos(prefetch_count=self.load.own.backend_workers + IN_STORE)
        self.queue = await self.channel.declare_queue(
            self.name, durable=True, arguments={"x-expires": ABANDONED_QUEUE_MS}
        )
        self.workers.start()
        await self.queue.consume(self.take)
        return 0

    def address(self, port: int) -> Address:  # noqa: ARG002
        broker = self.services["rabbitmq"]
        more = {"url": str(broker["url"]), "queue": self.name}
        return Address(str(broker["host"]), int(broker["port"] or 0), more=more)

    async def take(self, message: AbstractIncomingMessage) -> None:
        """A job, in line."""
        name = message.correlation_id or ""
        try:
            seconds = read_seconds(message.body.decode(errors="replace"))
        except ValueError as error:
            await self.answer(message, str(error).encode(), REFUSED)
            return
        if not name or not message.reply_to or name in self._known:
            await message.ack()
            return
        self._known.add(name)
        self._messages[name] = message
        self.workers.put(Job(name, seconds))

    def finished(self, job: Job) -> None:
        task = asyncio.create_task(self.answer(self._messages.pop(job.name), job.result))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def answer(self, message: AbstractIncomingMessage, body: bytes, kind: str = "") -> None:
        """Send what its sender waits for, and give the message up."""
        if message.reply_to:
            reply = aio_pika.Message(body, correlation_id=message.correlation_id, type=kind or None)
            await self.channel.default_exchange.publish(reply, message.reply_to, mandatory=False)
        await message.ack()

    def counts(self) -> dict[str, float]:
        return self.workers.counts()

    async def stop(self) -> None:
        await self.workers.stop()
        for task in self._answering:
            task.cancel()
        await self.queue.delete(if_unused=False, if_empty=False)
        await self.connection.close()
