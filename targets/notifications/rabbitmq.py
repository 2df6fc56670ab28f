"""The backend publishes to an exchange; RabbitMQ pushes from each client's own queue."""

from __future__ import annotations

import asyncio

import aio_pika

from bench.model.messages import Address
from bench.model.samples import EVERY
from targets._events import Event, EventSource
from targets._slow import burn
from targets._target import BaseTarget

TITLE = "RabbitMQ"
REQUIRES = ("rabbitmq",)


class Target(BaseTarget):
    """A fanout exchange for broadcasts, a direct one (routing key = client) for single clients.

    Messages are transient and published without confirms: losses would show in
    the delivery accounting, and waiting for a confirm would close the loop.
    """

    source: EventSource

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.source = EventSource(self.load, self.seed, self.deliver)
        self.outbox: asyncio.Queue[tuple[int, Event]] = asyncio.Queue()
        self.names = {
            "fanout": f"patternbench.{self.seed}.every",
            "direct": f"patternbench.{self.seed}.one",
        }

    async def start(self, port: int) -> int:  # noqa: ARG002 - clients connect to the broker
        self.connection = await aio_pika.connect(str(self.services["rabbitmq"]["url"]))
        channel = await self.connection.channel(publisher_confirms=False)
        kind = "fanout" if self.source.for_all else "direct"
        self.exchange = await channel.declare_exchange(
            self.names[kind], aio_pika.ExchangeType(kind), durable=False, auto_delete=False
        )
        self.sending = asyncio.create_task(self.send())
        return 0

    def address(self, port: int) -> Address:  # noqa: ARG002
        broker = self.services["rabbitmq"]
        more = {"url": str(broker["url"]), "exchange": self.exchange.name}
        return Address(str(broker["host"]), int(broker["port"] or 0), more=more)

    def deliver(self, audience: int, event: Event) -> None:
        self.outbox.put_nowait((audience, event))

    async def send(self) -> None:
        """Publish in order what the source has made."""
        try:
            while True:
                audience, event = await self.outbox.get()
                burn(self.load.own.burn_s)
                key = "" if audience == EVERY else str(audience)
                await self.exchange.publish(
                    aio_pika.Message(event.payload), routing_key=key, mandatory=False
                )
        except Exception as error:
            self.source.failure = f"publisher: {type(error).__name__}: {error}"

    async def stop(self) -> None:
        self.sending.cancel()
        await self.exchange.delete()
        await self.connection.close()
