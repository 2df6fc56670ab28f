"""A stream of RabbitMQ: always on the disk, read by place; the consumer knows where it was."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.ends import Subscriber
from bench.brokers.rabbitmq_stream import StreamPublisher, StreamSubscriber
from targets.event_delivery._consumer import ConsumerTarget
from targets.event_delivery._ledger import LedgerTarget
from targets.event_delivery._publisher import PublisherTarget

TITLE = "RabbitMQ stream"
REQUIRES = ("rabbitmq",)
SERVICES = {"rabbitmq": {"plugins": "rabbitmq_stream"}}
PARTS = (
    {"name": "publisher", "role": "publisher"},
    {"name": "consumer", "role": "receiver", "side": "clients"},
    {"name": "ledger", "role": "caller", "side": "clients"},
)


class Publisher(PublisherTarget):
    """Sends again what was not confirmed; it leaves the removal of doubles to nobody."""

    service = "rabbitmq"

    def make_publisher(self) -> Sender:
        return StreamPublisher(
            str(self.broker["host"]),
            int(str(self.broker["stream_port"])),
            self.name,
            window=self.window,
            on_answer=self.answered,
        )


class Consumer(ConsumerTarget):
    """Writes down the place with the event, and goes on after it."""

    service, comes_again = "rabbitmq", True

    def make_subscriber(self, after: int) -> Subscriber:
        return StreamSubscriber(
            str(self.broker["host"]),
            int(str(self.broker["stream_port"])),
            self.name,
            self.take,
            offset=after + 1,
        )

    def place_of(self, tag: int) -> int:
        return tag


class Ledger(LedgerTarget):
    """Keeps the account."""
