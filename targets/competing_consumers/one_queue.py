"""One queue; every consumer takes from it what comes next (competing consumers)."""

from __future__ import annotations

from aio_pika.abc import AbstractExchange

from targets.competing_consumers._program import ProgramTarget

TITLE = "one queue"
REQUIRES = ("rabbitmq",)
SERVICES = {"rabbitmq": {"plugins": "rabbitmq_consistent_hash_exchange"}}
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)


class Program(ProgramTarget):
    """An item goes to whoever is free first; two of one key may be done at the same time."""

    has_homes = False

    async def queue_for(self, consumer: int) -> str:  # noqa: ARG002 - all have the same
        return await self.declare(self.name("all"))

    def route(self, name: str) -> tuple[AbstractExchange, str]:  # noqa: ARG002
        return self.channel.default_exchange, self.name("all")
