"""Client side of short polling at somebody else's server."""

from __future__ import annotations

from bench.load.described import DescribedPolls
from scenarios.notifications._own_listener import OwnListener


class Client(OwnListener, DescribedPolls):
    """Polls by its own clock, not by the reply."""

    async def live(self) -> None:
        await self.ask_every(self.session.load.own.poll_interval_s)
