"""Client side of RabbitMQ's fanout: a queue of its own, pushed by the broker."""

from bench.brokers.ends import Sink, Subscriber
from bench.brokers.rabbitmq import QueueSettings, RabbitSubscriber
from scenarios.fan_out._subscriber import BrokerReceiver


class Client(BrokerReceiver):
    """Consumes without acknowledgements, or acknowledges each event when it has dealt with it."""

    def make_subscriber(self, sink: Sink) -> Subscriber:
        own = self.session.load.own
        queue = QueueSettings(
            name=f"{self.name}.{self.number}",
            kind=own.queue_type,
            is_durable=own.is_durable,
            most=own.queue_limit,
        )
        url = self.session.address.more["url"]
        return RabbitSubscriber(
            url, self.name, queue, sink, prefetch=own.unacknowledged, keeps_queue=self.is_dead
        )
