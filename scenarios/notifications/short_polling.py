"""Client side of short polling: GET every T at a fixed rate, from a random phase."""

from __future__ import annotations

from bench.load.listening import PollingListener
from scenarios.notifications._listener import Listener


class Client(Listener, PollingListener):
    """Polls by its own clock, not by the reply: a late reply delays no later poll's intended "
    "time."""

    async def live(self) -> None:
        await self.ask_every(self.session.load.own.poll_interval_s)
