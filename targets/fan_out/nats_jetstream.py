"""The publisher sends each event once to a stream; NATS pushes it to each receiver's consumer."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.nats_jetstream import JetStreamPublisher
from targets.fan_out._broker import BrokerTarget

TITLE = "NATS JetStream"
REQUIRES = ("nats",)
SERVICES = {"nats": {"jetstream": "on"}}
PARTS = ({"name": "publisher", "role": "server"},)


class Publisher(BrokerTarget):
    """The stream is in a file or in memory; one server, so no replica."""

    service = "nats"

    def make_publisher(self) -> Sender:
        own = self.load.own
        return JetStreamPublisher(
            str(self.broker["url"]),
            self.name,
            window=own.window,
            is_durable=own.is_durable,
            on_answer=self.answered,
        )
