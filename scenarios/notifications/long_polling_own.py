"""Client side of long polling at somebody else's server."""

from __future__ import annotations

from bench.load.described import DescribedPolls
from scenarios.notifications._own_listener import OwnListener


class Client(OwnListener, DescribedPolls):
    """The next request's intended time is when the last reply was read."""

    asks_at_once = True

    async def live(self) -> None:
        await self.ask_again_at_once()
