"""Members publish to their room's exchange; RabbitMQ pushes to each from a queue of its own."""

from __future__ import annotations

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from bench.model.messages import Address
from scenarios.chat._text import CAME, WENT, notice
from scenarios.chat.load import rooms
from targets._target import BaseTarget

TITLE = "RabbitMQ"
REQUIRES = ("rabbitmq",)
SERVICES = {"rabbitmq": {"plugins": "rabbitmq_event_exchange"}}

EVENTS = "amq.rabbitmq.event"
"""The exchange at which the broker says what it does (plugin rabbitmq_event_exchange)."""

SIGNS = {"queue.created": CAME, "queue.deleted": WENT}


class Target(BaseTarget):
    """Our server only declares a fanout exchange for each room, and tells who is there.

    A member is there as long as its queue is: the queue goes with its connection, which the kernel
    of a killed member closes.  A silent one is noticed by AMQP's heartbeats.  A fanout exchange
    knows no speaker: who speaks gets its own message, too.
    """

    async def start(self, port: int) -> int:  # noqa: ARG002 - clients connect to the broker
        self.name = f"patternbench.chat.{self.seed}"
        self.connection = await aio_pika.connect(str(self.services["rabbitmq"]["url"]))
        channel = await self.connection.channel(publisher_confirms=False)
        self.exchanges = [
            await channel.declare_exchange(
                f"{self.name}.{room}", aio_pika.ExchangeType.FANOUT, durable=False
            )
            for room in range(rooms(self.load))
        ]
        if self.load.own.movers:
            events = await channel.declare_queue(exclusive=True)
            for key in SIGNS:
                await events.bind(EVENTS, key)
            await events.consume(self.tell, no_ack=True)
        return 0

    async def tell(self, message: AbstractIncomingMessage) -> None:
        """A queue came or went: the room is told whose it was."""
        prefix, _, rest = str(message.headers.get("name", "")).rpartition(f"{self.name}.")
        parts = rest.split(".")
        if prefix or len(parts) != 3:  # another trial's, or nobody's
            return
        room, member, visit = map(int, parts)
        text = notice(SIGNS[str(message.routing_key)], member, visit)
        await self.exchanges[room].publish(aio_pika.Message(text), routing_key="", mandatory=False)

    def address(self, port: int) -> Address:  # noqa: ARG002
        broker = self.services["rabbitmq"]
        more = {"url": str(broker["url"]), "exchange": self.name}
        return Address(str(broker["host"]), int(broker["port"] or 0), more=more)

    async def stop(self) -> None:
        for exchange in self.exchanges:
            await exchange.delete()
        await self.connection.close()
