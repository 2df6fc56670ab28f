"""Client side of RabbitMQ's stream: reads on from where the stream ends."""

from bench.brokers.ends import Sink, Subscriber
from bench.brokers.rabbitmq_stream import StreamSubscriber
from scenarios.fan_out._subscriber import BrokerReceiver


class Client(BrokerReceiver):
    """A position in the stream is its own; nothing is acknowledged."""

    def make_subscriber(self, sink: Sink) -> Subscriber:
        more = self.session.address.more
        return StreamSubscriber(more["host"], int(more["stream_port"]), self.name, sink)
