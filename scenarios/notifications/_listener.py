"""What all clients of `notifications` do with an event: read it and record the delivery.

Knows nothing of how the event came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bench.load import listening
from bench.model.payload import decode
from bench.model.samples import OK
from bench.plan.arrivals import SECOND_NS
from scenarios.notifications._bystander import Bystander


async def beside(
    life: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None], first_ends: bool = False
) -> None:
    """Live with something else going on; with `first_ends` its end ends the life too."""
    living, going_on = asyncio.create_task(life), asyncio.create_task(other)
    try:
        if first_ends:
            await going_on
        else:
            await living
    finally:
        for each in (living, going_on):
            each.cancel()
        await asyncio.gather(living, going_on, return_exceptions=True)


class Listener(listening.Listener):
    """A client of `notifications`: it may be away for a while, and records what it gets.

    How events come is written in `bench/load/listening.py`: a pattern's client derives from both.
    """

    abstract = True
    experiment = "notifications"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.delivery = self.session.recorder.code("delivery")

    # --- being away and having company, where the load asks for it -------------------------

    async def lifetime(self) -> None:
        """As every client's, but away for a while, or with a bystander, where the load says so."""
        own = self.session.load.own
        life = (
            self._lifetime_with_absence(round(own.away_s * SECOND_NS))
            if own.away_s
            else super().lifetime()
        )
        if own.bystander_rate_per_s and self.number == 0:
            await beside(life, Bystander(self.session, *self.place).live())
        else:
            await life

    async def _lifetime_with_absence(self, away_ns: int) -> None:
        session = self.session
        until = session.engine.alarm.until

        async def leave() -> None:
            await session.window_known.wait()
            await until((session.t0_ns + session.t1_ns - away_ns) // 2)

        await beside(super().lifetime(), leave(), first_ends=True)
        await until((session.t0_ns + session.t1_ns + away_ns) // 2)
        if session.load.own.recovery == "none":
            self.forget()
        await super().lifetime()

    # --- what came ---------------------------------------------------------------------

    def deliver(self, data: bytes, read_ns: int) -> None:
        """Record the event in `data`, whose bytes the loop got at `read_ns`."""
        sequence, intended_ns, published_ns = decode(data)
        self.seen = sequence
        self.record(
            self.delivery,
            OK,
            self.number,
            sequence,
            intended_ns,
            published_ns,
            read_ns,
            read_ns,
            0,
            len(data),
        )
