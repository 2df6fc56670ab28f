"""Client side of RabbitMQ: an exclusive queue bound to the exchange, pushed by the broker."""

from __future__ import annotations

from bench.load.clients.amqp import Consumer
from bench.load.listening import QueueListener
from scenarios.notifications._listener import Listener


class Client(Listener, QueueListener):
    """Each client has its own connection and its own queue, as the others do."""

    async def connect(self) -> None:
        session = self.session
        more = session.address.more
        exchange = more["exchange"]
        keeps = session.load.own.away_s and session.load.own.recovery == "position"
        queue = f"{exchange}.{self.number}" if keeps else ""
        consumer = self.consumer = Consumer(self.deliver, session.wire)
        await consumer.open(more["url"])
        await consumer.consume(exchange, str(self.number), queue)
