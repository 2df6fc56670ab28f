"""A quorum queue of RabbitMQ on one node: a log on the disk, and no replica."""

from __future__ import annotations

from bench.brokers.rabbitmq import QUORUM
from targets.event_delivery._ledger import LedgerTarget
from targets.event_delivery._rabbitmq import RabbitConsumerTarget, RabbitPublisherTarget

TITLE = "RabbitMQ, quorum queue"
REQUIRES = ("rabbitmq",)
SERVICES = {"rabbitmq": {"plugins": "rabbitmq_stream"}}
PARTS = (
    {"name": "publisher", "role": "publisher"},
    {"name": "consumer", "role": "receiver", "side": "clients"},
    {"name": "ledger", "role": "caller", "side": "clients"},
)


class Publisher(RabbitPublisherTarget):
    """Sends again what was not confirmed."""


class Consumer(RabbitConsumerTarget):
    """Takes from the queue, which outlives it."""

    kind = QUORUM


class Ledger(LedgerTarget):
    """Keeps the account."""
