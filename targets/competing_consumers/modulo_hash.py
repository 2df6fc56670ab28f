"""A queue for each consumer; the producer chooses it by a hash of the key, modulo their number."""

from __future__ import annotations

from aio_pika.abc import AbstractExchange

from scenarios.competing_consumers._planned import modulo_home
from targets.competing_consumers._program import ProgramTarget

TITLE = "partitions, hash modulo"
REQUIRES = ("rabbitmq",)
SERVICES = {"rabbitmq": {"plugins": "rabbitmq_consistent_hash_exchange"}}
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)


class Program(ProgramTarget):
    """All items of a key go to one queue, until the number of queues changes."""

    partitions = 0

    async def queue_for(self, consumer: int) -> str:
        return await self.declare(self.name("partition", consumer))

    async def open_partitions(self, consumers: int) -> None:
        self.partitions = consumers

    def route(self, name: str) -> tuple[AbstractExchange, str]:
        home = modulo_home(name, self.partitions)
        return self.channel.default_exchange, self.name("partition", home)
