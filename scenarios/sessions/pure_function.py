"""Client side of the pure function: each request has all that its answer needs."""

from __future__ import annotations

from bench.load.working import WorkItem
from scenarios.sessions._primes import is_prime
from scenarios.sessions._visitor import Visitor
from scenarios.sessions._workflow import WRONG, Broken, Workflow

LEAST, MOST = 100_000, 1_000_000


class Client(Visitor):
    """As many requests as a workflow has; each asks whether a number is prime."""

    async def ask_next(self, item: WorkItem, flow: Workflow) -> None:
        number = self._chance.randrange(LEAST, MOST)
        text = await self.ask(item, flow, "GET", f"/prime/{number}")
        if text != ("prime\n" if is_prime(number) else "composite\n"):
            raise Broken(WRONG, f"{number}: {text.strip()[:100]!r} is wrong")
        flow.answered += 1
