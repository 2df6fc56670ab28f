"""A stream of NATS JetStream with a durable consumer: in a file or in memory."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.ends import Subscriber
from bench.brokers.nats_jetstream import JetStreamPublisher, JetStreamSubscriber
from targets.event_delivery._consumer import ConsumerTarget
from targets.event_delivery._ledger import LedgerTarget
from targets.event_delivery._publisher import PublisherTarget

TITLE = "NATS JetStream"
REQUIRES = ("nats",)
SERVICES = {"nats": {"jetstream": "on"}}
PARTS = (
    {"name": "publisher", "role": "publisher"},
    {"name": "consumer", "role": "receiver", "side": "clients"},
    {"name": "ledger", "role": "caller", "side": "clients"},
)


class Publisher(PublisherTarget):
    """Sends again what was not confirmed."""

    service = "nats"

    def make_publisher(self) -> Sender:
        return JetStreamPublisher(
            str(self.broker["url"]),
            self.name,
            window=self.window,
            is_durable=self.load.own.is_durable,
            on_answer=self.answered,
        )


class Consumer(ConsumerTarget):
    """The server knows where it was; what it did not acknowledge comes again after a while."""

    service = "nats"

    def make_subscriber(self, after: int) -> Subscriber:  # noqa: ARG002 - the server knows
        return JetStreamSubscriber(
            str(self.broker["url"]),
            self.name,
            self.take,
            prefetch=self.prefetch,
            name="consumer",
            again_after_s=self.load.own.ack_wait_s,
        )


class Ledger(LedgerTarget):
    """Keeps the account."""
