"""The publisher sends each event once to a subject; NATS passes it on to who is subscribed."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.nats_core import NatsPublisher
from targets.fan_out._broker import BrokerTarget

TITLE = "NATS"
REQUIRES = ("nats",)
PARTS = ({"name": "publisher", "role": "server"},)


class Publisher(BrokerTarget):
    """Core NATS keeps nothing; its only confirm is the answer to a PING."""

    service = "nats"

    def make_publisher(self) -> Sender:
        return NatsPublisher(str(self.broker["url"]), self.name, window=self.load.own.window)
