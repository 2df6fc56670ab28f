"""Client side of RabbitMQ: an exclusive queue bound to the exchange, pushed by the broker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.load.clients.amqp import Consumer
from scenarios.notifications._listener import Listener


class Client(Listener):
    """Each client has its own connection and its own queue, as the others do."""

    consumer: Consumer | None = None

    async def connect(self) -> None:
        session = self.session
        self.consumer = Consumer(session.wire)
        exchange = session.address.more["exchange"]
        keeps = session.load.own.away_s and session.load.own.recovery == "position"
        queue = f"{exchange}.{self.number}" if keeps else ""
        url = session.address.more["url"]
        await self.consumer.open(url, exchange, str(self.number), self.deliver, queue)

    def transports(self) -> Sequence[asyncio.Transport]:
        transport = self.consumer.transport if self.consumer is not None else None
        return [transport] if transport is not None else []

    async def live(self) -> None:
        assert self.consumer is not None
        await self.consumer.ended

    async def close(self) -> None:
        if self.consumer is not None:
            await self.consumer.close()
