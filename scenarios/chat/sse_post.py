"""Client side of SSE and POST: messages come as a stream; each that goes up is a request."""

from __future__ import annotations

import asyncio

from bench.clock import now_ns
from bench.load.listening import StreamListener
from bench.plan.arrivals import SECOND_NS, ticks
from scenarios.chat._member import Member
from scenarios.chat._posting import Posting


class Client(Posting, Member, StreamListener):
    """One connection to hear, one to write; a stream carries nothing up, so signs of life are
    requests too."""

    async def live(self) -> None:
        heartbeat_s = self.session.load.own.heartbeat_s
        signs = asyncio.create_task(self._signs_of_life(heartbeat_s)) if heartbeat_s else None
        try:
            await super().live()
        finally:
            if signs is not None:
                signs.cancel()
                await asyncio.gather(signs, return_exceptions=True)

    async def _signs_of_life(self, heartbeat_s: float) -> None:
        start_ns = now_ns()
        interval_ns = round(heartbeat_s * SECOND_NS)
        for offset_ns in ticks(interval_ns, interval_ns):
            await self.session.engine.alarm.until(start_ns + offset_ns)
            await self.post("/alive", b"")
