"""The publisher sends each event once to a channel; Redis writes it to every subscriber."""

from __future__ import annotations

from bench.brokers.ends import Publisher as Sender
from bench.brokers.redis_pubsub import RedisPublisher
from targets.fan_out._broker import BrokerTarget

TITLE = "Redis pub/sub"
REQUIRES = ("redis",)
PARTS = ({"name": "publisher", "role": "server"},)


class Publisher(BrokerTarget):
    """PUBLISH is answered when Redis has written to all subscribers; nothing is kept."""

    service = "redis"

    def make_publisher(self) -> Sender:
        return RedisPublisher(str(self.broker["url"]), self.name)
