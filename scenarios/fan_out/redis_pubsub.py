"""Client side of Redis pub/sub: subscribed to a channel."""

from bench.brokers.ends import Sink, Subscriber
from bench.brokers.redis_pubsub import RedisSubscriber
from scenarios.fan_out._subscriber import BrokerReceiver


class Client(BrokerReceiver):
    """Gets what is published while it is subscribed."""

    def make_subscriber(self, sink: Sink) -> Subscriber:
        return RedisSubscriber(self.session.address.more["url"], self.name, sink)
