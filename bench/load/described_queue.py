"""A client of an AMQP broker that is not ours: its queue, bound as a description says.

Knows neither who publishes nor what becomes of an event.
"""

from __future__ import annotations

from bench.brokers.refusals import explained
from bench.load.clients.amqp import Consumer
from bench.load.described import Described, trusted_by
from bench.load.listening import QueueListener
from bench.model.ownserver import is_secure
from bench.model.ownserver.filling import fill_address


class DescribedQueue(Described, QueueListener):
    """A queue of its own that goes with the connection, or one that is there already."""

    abstract = True

    async def connect(self) -> None:
        subscribe = self.own.subscribe
        url = self.filled(fill_address(subscribe.url, self.secrets))
        tls = trusted_by(self.own, self.session) if is_secure(url) else None
        consumer = self.consumer = Consumer(self.on_message, self.session.wire)
        try:
            await consumer.open(url, tls=tls)
        except OSError as error:
            raise ConnectionError(f"subscribe.url: {explained(error)}") from None
        queue, exchange = self.filled(subscribe.queue), self.filled(subscribe.exchange)
        try:
            if queue:
                await consumer.consume_from(queue)
            else:
                await consumer.consume(exchange, self.filled(subscribe.routing_key))
        except OSError as error:
            where = f"queue = {queue}" if queue else f"exchange = {exchange}"
            raise ConnectionError(f"subscribe.{where}: {explained(error)}") from None

    def on_message(self, message: bytes, read_ns: int) -> None:
        self.understand(message, read_ns)
