"""Client side of RabbitMQ: an exclusive queue bound to the exchange, pushed by the broker."""

from __future__ import annotations

from bench.load.amqp import Consumer
from scenarios.notifications._listener import Listener


class Client(Listener):
    """Each client has its own connection and its own queue, as the others do."""

    consumer: Consumer | None = None

    async def connect(self) -> None:
        session = self.session
        self.consumer = Consumer(session.wire)
        await self.consumer.open(
            session.address["url"], session.address["exchange"], str(self.number), self.deliver
        )

    async def live(self) -> None:
        assert self.consumer is not None
        await self.consumer.ended

    async def close(self) -> None:
        if self.consumer is not None:
            await self.consumer.close()
