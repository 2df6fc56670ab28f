"""RabbitMQ stands before each service; the last one answers into the client's own queue."""

from __future__ import annotations

import asyncio
import contextlib

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from bench.model.messages import Address
from targets._target import BaseTarget
from targets.chain._desk import Desk
from targets.chain._work import Failure, Work

TITLE = "queueing"
REQUIRES = ("rabbitmq",)
PARTS = ({"name": "service", "role": "server", "count": "services"},)

ABANDONED_QUEUE_MS = 60_000
"""After this the broker removes a queue that nobody uses."""

MOST_DEAD = 10_000
"""Dead letters that are kept; the oldest go first."""

REFUSED = "refused"
"""The type of an answer that is none."""

PAUSE_S = 0.01
"""Before a message is offered again to a queue that is full."""


class Service(BaseTarget):
    """Takes requests from its queue, works, and passes them on to the queue of the next service.

    A body names the services that are still to come: `1,3`.  A message is acknowledged once the
    next queue, or the answer's, has it.  Where the next queue is full, the service keeps the
    message and offers it again, so that its own queue fills.  A request at which it has failed at
    every try, or that cannot be read, is rejected and becomes a dead letter; its sender is told.
    """

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        own = self.load.own
        self.desk = Desk(own.service_workers, own.line)
        self.prefix = f"patternbench.{self.seed}.chain."
        self.dead = self.pushed_back = 0

    async def start(self, port: int) -> int:  # noqa: ARG002 - clients connect to the broker
        own = self.load.own
        self.own_work = Work(self.load, self.seed, self.number)
        self.connection = await aio_pika.connect(str(self.services["rabbitmq"]["url"]))
        self.channel = await self.connection.channel(publisher_confirms=True)
        await self.channel.set_qos(prefetch_count=own.service_workers)
        dead = f"{self.prefix}dead"
        await self.channel.declare_queue(
            dead,
            durable=True,
            arguments={"x-max-length": MOST_DEAD, "x-expires": ABANDONED_QUEUE_MS},
        )
        self.queue = await self.channel.declare_queue(
            f"{self.prefix}{self.number}",
            durable=True,
            arguments={
                "x-max-length": own.queue_length,
                "x-overflow": "reject-publish",
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": dead,
                "x-expires": ABANDONED_QUEUE_MS,
            },
        )
        await self.queue.consume(self.take)
        return 0

    def address(self, port: int) -> Address:  # noqa: ARG002
        broker = self.services["rabbitmq"]
        more = {"url": str(broker["url"]), "prefix": self.prefix}
        return Address(str(broker["host"]), int(broker["port"] or 0), more=more)

    async def take(self, message: AbstractIncomingMessage) -> None:
        """One request; at most as many are here as there are workers."""
        try:
            behind = self._behind(message.body)
        except ValueError as error:
            await self._reject(message, str(error))
            return
        try:
            async with self.desk.place():
                await self._work()
                await self._pass_on(message, behind)
        except Failure:
            await self._reject(message, f"service {self.number} failed")
            return
        await message.ack()

    def _behind(self, body: bytes) -> list[int]:
        """The services that are still to come; ValueError where the body does not say."""
        text = body.decode(errors="replace")
        try:
            found = [int(number) for number in text.split(",")] if text else []
        except ValueError:
            found = [-1]
        if any(not self.number < number < self.load.own.services for number in found):
            raise ValueError(f"{text[:60]!r} does not name services after {self.number}")
        return found

    async def _work(self) -> None:
        for left in reversed(range(1 + self.load.own.retries)):
            try:
                await self.own_work.do()
            except Failure:
                if not left:
                    raise
            else:
                return

    async def _pass_on(self, message: AbstractIncomingMessage, behind: list[int]) -> None:
        if not behind:
            await self._answer(message, b"done")
            return
        rest = ",".join(map(str, behind[1:])).encode()
        passed = aio_pika.Message(
            rest, correlation_id=message.correlation_id, reply_to=message.reply_to
        )
        while True:
            try:
                await self.channel.default_exchange.publish(passed, f"{self.prefix}{behind[0]}")
            except aio_pika.exceptions.DeliveryError:
                self.pushed_back += 1
                await asyncio.sleep(PAUSE_S)
            else:
                return

    async def _reject(self, message: AbstractIncomingMessage, why: str) -> None:
        self.dead += 1
        await self._answer(message, why.encode(), REFUSED)
        await message.reject(requeue=False)

    async def _answer(self, message: AbstractIncomingMessage, body: bytes, kind: str = "") -> None:
        """Tell its sender, where it still has a queue."""
        if not message.reply_to:
            return
        answer = aio_pika.Message(body, correlation_id=message.correlation_id, type=kind or None)
        with contextlib.suppress(aio_pika.exceptions.DeliveryError):
            await self.channel.default_exchange.publish(answer, message.reply_to, mandatory=False)

    def counts(self) -> dict[str, float]:
        found = {**self.desk.counts(), "dead": self.dead, "pushed_back": self.pushed_back}
        return {f"service.{self.number}.{name}": float(value) for name, value in found.items()}

    async def stop(self) -> None:
        self.own_work.close()
        await self.queue.delete(if_unused=False, if_empty=False)
        if not self.number:
            await self.channel.queue_delete(f"{self.prefix}dead")
        await self.connection.close()
