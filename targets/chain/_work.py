"""What a service itself does with a request: it takes a while, and may fail.

Knows nothing of other services.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

from bench.clock import Alarm, now_ns
from scenarios.chain.load import failing, service_s


class Failure(Exception):
    """The service failed at this attempt."""


class Work:
    """The work of service `number`; which attempts fail follows from the seed and their order.

    The first one never fails: it belongs to the request by which a trial finds out whether the
    services answer at all.
    """

    def __init__(self, load: Any, seed: int, number: int) -> None:
        self._takes_ns = round(service_s(load.own, number) * 1e9)
        self._failing = failing(load.own, number)
        self._chance = random.Random(f"{seed}/{number}/failing")
        self._alarm: Alarm | None = None
        self._done = self.failed = 0

    async def do(self) -> None:
        """Take the service's time; Failure at the load's share of attempts."""
        if self._alarm is None:
            self._alarm = Alarm(asyncio.get_running_loop())
        await self._alarm.until(now_ns() + self._takes_ns)
        self._done += 1
        if self._done > 1 and self._chance.random() < self._failing:
            self.failed += 1
            raise Failure

    def close(self) -> None:
        """Give up its timer."""
        if self._alarm is not None:
            self._alarm.close()
