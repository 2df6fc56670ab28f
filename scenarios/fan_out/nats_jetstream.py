"""Client side of NATS JetStream: a push consumer of its own."""

from bench.brokers.ends import Sink, Subscriber
from bench.brokers.nats_jetstream import JetStreamSubscriber
from scenarios.fan_out._subscriber import BrokerReceiver


class Client(BrokerReceiver):
    """Acknowledges nothing, or each event when it has dealt with it."""

    def make_subscriber(self, sink: Sink) -> Subscriber:
        prefetch = self.session.load.own.unacknowledged
        url = self.session.address.more["url"]
        return JetStreamSubscriber(url, self.name, sink, prefetch=prefetch)
