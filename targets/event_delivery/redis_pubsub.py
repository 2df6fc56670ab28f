"""Redis publish and subscribe: whoever is not subscribed just then misses it."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.ends import Subscriber
from bench.brokers.redis_pubsub import RedisPublisher, RedisSubscriber
from targets.event_delivery._consumer import ConsumerTarget
from targets.event_delivery._ledger import LedgerTarget
from targets.event_delivery._publisher import PublisherTarget

TITLE = "Redis pub/sub"
REQUIRES = ("redis",)
PARTS = (
    {"name": "publisher", "role": "publisher"},
    {"name": "consumer", "role": "receiver", "side": "clients"},
    {"name": "ledger", "role": "caller", "side": "clients"},
)


class Publisher(PublisherTarget):
    """PUBLISH is answered, with the number of receivers and no more."""

    service, has_confirms = "redis", False

    def make_publisher(self) -> Sender:
        return RedisPublisher(str(self.broker["url"]), self.name)


class Consumer(ConsumerTarget):
    """Misses what is sent while it is away."""

    service, comes_again = "redis", False

    def make_subscriber(self, after: int) -> Subscriber:  # noqa: ARG002 - it has no place
        return RedisSubscriber(str(self.broker["url"]), self.name, self.take)


class Ledger(LedgerTarget):
    """Keeps the account."""

    has_confirms = False
