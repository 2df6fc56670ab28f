"""Client side of NATS: subscribed to a subject."""

from bench.brokers.ends import Sink, Subscriber
from bench.brokers.nats_core import NatsSubscriber
from scenarios.fan_out._subscriber import BrokerReceiver


class Client(BrokerReceiver):
    """Gets what is published while it is subscribed."""

    def make_subscriber(self, sink: Sink) -> Subscriber:
        return NatsSubscriber(self.session.address.more["url"], self.name, sink)
