"""Client side of RabbitMQ: publishes to its room's exchange, and has a queue of its own there."""

from __future__ import annotations

import math

from bench.load.clients.amqp_by_library import Participant
from bench.load.listening import QueueListener
from scenarios.chat._member import Member, Said


class Client(Member, QueueListener):
    """One connection with one channel for both; nothing is confirmed."""

    consumer: Participant | None = None

    async def connect(self) -> None:
        session, own = self.session, self.session.load.own
        more = session.address.more
        self.exchange = f"{more['exchange']}.{self.room}"
        url = str(more["url"])
        if own.heartbeat_s:
            url += f"?heartbeat={max(1, math.ceil(own.heartbeat_s))}"
        consumer = self.consumer = Participant(session.wire)
        await consumer.open(
            url,
            self.exchange,
            "",
            self.deliver,
            queue_name=f"{self.exchange}.{self.number}.{self.visit}",
            most_messages=own.keep_messages,
        )

    async def say(self, text: bytes) -> Said:
        assert self.consumer is not None
        await self.consumer.publish(self.exchange, text)
        return Said(bytes_up=len(text))

    async def vanish(self) -> None:
        if self.consumer is not None:
            self.consumer.abort()
