"""Client side of long polling: ask, wait for the answer, ask again at once."""

from __future__ import annotations

from bench.clock import now_ns
from scenarios.notifications._listener import PollingListener


class Client(PollingListener):
    """The next request's intended time is when the last reply was read."""

    async def live(self) -> None:
        intended_ns = now_ns()
        while True:
            reply = await self.poll(intended_ns, now_ns())
            intended_ns = reply.done_ns
