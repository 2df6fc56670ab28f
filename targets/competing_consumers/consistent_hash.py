"""A queue for each consumer; the broker chooses it by a consistent hash of the key."""

from __future__ import annotations

from aio_pika.abc import AbstractExchange

from targets.competing_consumers._program import ProgramTarget

TITLE = "partitions, consistent hash"
REQUIRES = ("rabbitmq",)
SERVICES = {"rabbitmq": {"plugins": "rabbitmq_consistent_hash_exchange"}}
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)

WEIGHT = "1"
"""Of each queue among those that are bound: all get as many keys."""


class Program(ProgramTarget):
    """An exchange of type `x-consistent-hash` (a plugin of RabbitMQ) has the queues bound to it."""

    bound = 0

    async def open_routes(self) -> None:
        self.exchange = await self.channel.declare_exchange(
            self.name("hash"), "x-consistent-hash", auto_delete=True
        )

    async def queue_for(self, consumer: int) -> str:
        return await self.declare(self.name("partition", consumer))

    async def open_partitions(self, consumers: int) -> None:
        for number in range(self.bound, consumers):
            queue = await self.channel.get_queue(self.name("partition", number))
            await queue.bind(self.exchange, WEIGHT)
        self.bound = consumers

    async def close_routes(self) -> None:
        # Not left to auto_delete: the plugin forgets the buckets of queues that are unbound.
        for number in range(self.bound):
            queue = await self.channel.get_queue(self.name("partition", number))
            await queue.unbind(self.exchange, WEIGHT)

    def route(self, name: str) -> tuple[AbstractExchange, str]:
        return self.exchange, name
