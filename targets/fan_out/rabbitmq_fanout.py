"""The publisher sends each event once to a fanout exchange; RabbitMQ puts it into every queue."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.rabbitmq import RabbitPublisher
from targets.fan_out._broker import BrokerTarget

TITLE = "RabbitMQ fanout"
REQUIRES = ("rabbitmq",)
PARTS = ({"name": "publisher", "role": "server"},)


class Publisher(BrokerTarget):
    """Queues are classic or quorum, messages transient or persistent; one node, so no replica."""

    service = "rabbitmq"

    def make_publisher(self) -> Sender:
        own = self.load.own
        return RabbitPublisher(
            str(self.broker["url"]),
            self.name,
            window=own.window,
            is_durable=own.is_durable,
            on_answer=self.answered,
        )
