"""Client side of short polling: GET every T at a fixed rate, from a random phase."""

from __future__ import annotations

import random

from bench.clock import now_ns
from bench.plan import arrivals
from scenarios.notifications._listener import PollingListener


class Client(PollingListener):
    """Polls by its own clock, not by the reply: a late reply delays no later poll's intended "
    "time."""

    async def live(self) -> None:
        session = self.session
        interval_ns = round(session.load.own.poll_interval_s * arrivals.SECOND_NS)
        phase_ns = random.Random(f"{session.seed}/{self.number}").randrange(interval_ns)
        start_ns = now_ns()
        for offset_ns in arrivals.ticks(interval_ns, phase_ns):
            due_ns = start_ns + offset_ns
            await session.engine.alarm.until(due_ns)
            await self.poll(due_ns, now_ns())
