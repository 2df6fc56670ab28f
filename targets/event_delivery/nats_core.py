"""Core NATS: the server hands on and keeps nothing; there is no confirm and no acknowledgement."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.ends import Subscriber
from bench.brokers.nats_core import NatsPublisher, NatsSubscriber
from targets.event_delivery._consumer import ConsumerTarget
from targets.event_delivery._ledger import LedgerTarget
from targets.event_delivery._publisher import PublisherTarget

TITLE = "NATS"
REQUIRES = ("nats",)
PARTS = (
    {"name": "publisher", "role": "publisher"},
    {"name": "consumer", "role": "receiver", "side": "clients"},
    {"name": "ledger", "role": "caller", "side": "clients"},
)


class Publisher(PublisherTarget):
    """At most once: what it has sent it does not send again."""

    service, has_confirms = "nats", False

    def make_publisher(self) -> Sender:
        return NatsPublisher(str(self.broker["url"]), self.name)


class Consumer(ConsumerTarget):
    """Misses what is sent while it is away."""

    service, comes_again = "nats", False

    def make_subscriber(self, after: int) -> Subscriber:  # noqa: ARG002 - it has no place
        return NatsSubscriber(str(self.broker["url"]), self.name, self.take)


class Ledger(LedgerTarget):
    """Keeps the account."""

    has_confirms = False
