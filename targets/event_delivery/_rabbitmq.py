"""Both ends of a RabbitMQ queue, classic or quorum."""

from __future__ import annotations

from bench.brokers.amqp import Connection
from bench.brokers.ends import Publisher as Sender
from bench.brokers.ends import Subscriber
from bench.brokers.rabbitmq import QueueSettings, RabbitPublisher, RabbitSubscriber
from targets.event_delivery._consumer import ConsumerTarget
from targets.event_delivery._publisher import PublisherTarget

DEAD = ".dead"
"""What the name of the queue for rejected messages ends with."""


class RabbitPublisherTarget(PublisherTarget):
    """To a fanout exchange with one queue."""

    service = "rabbitmq"

    def make_publisher(self) -> Sender:
        return RabbitPublisher(
            str(self.broker["url"]),
            self.name,
            window=self.window,
            is_durable=self.load.own.is_durable,
            on_answer=self.answered,
        )


class RabbitConsumerTarget(ConsumerTarget):
    """Its queue stays when it goes."""

    service = "rabbitmq"
    kind = ""

    async def start(self, port: int) -> int:
        dead = QueueSettings(name=self.name + DEAD, is_durable=self.load.own.is_durable)
        connection = Connection()
        await connection.open(str(self.broker["url"]))
        await dead.declare(connection)
        await connection.close()
        return await super().start(port)

    def make_subscriber(self, after: int) -> Subscriber:  # noqa: ARG002 - the queue knows
        queue = QueueSettings(
            name=self.name,
            kind=self.kind,
            is_durable=self.load.own.is_durable,
            dead_letters=self.name + DEAD,
        )
        return RabbitSubscriber(
            str(self.broker["url"]),
            self.name,
            queue,
            self.take,
            prefetch=self.prefetch,
            keeps_queue=True,
        )
