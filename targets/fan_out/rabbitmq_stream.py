"""The publisher appends each event once to a stream; every receiver reads it from there."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.rabbitmq_stream import StreamPublisher
from targets.fan_out._broker import BrokerTarget

TITLE = "RabbitMQ stream"
REQUIRES = ("rabbitmq",)
SERVICES = {"rabbitmq": {"plugins": "rabbitmq_stream"}}
PARTS = ({"name": "publisher", "role": "server"},)


class Publisher(BrokerTarget):
    """A stream is always on the disk; one node, so no replica."""

    service = "rabbitmq"

    def make_publisher(self) -> Sender:
        host, port = str(self.broker["host"]), int(self.broker["stream_port"] or 0)
        return StreamPublisher(
            host, port, self.name, window=self.load.own.window, on_answer=self.answered
        )
