"""Client side of RabbitMQ at somebody else's broker."""

from __future__ import annotations

from bench.load.described_queue import DescribedQueue
from scenarios.notifications._own_listener import OwnListener


class Client(OwnListener, DescribedQueue):
    """Its queue is bound as the description says; after a loss it connects again."""
