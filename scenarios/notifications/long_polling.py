"""Client side of long polling: ask, wait for the answer, ask again at once."""

from __future__ import annotations

from bench.load.listening import PollingListener
from scenarios.notifications._listener import Listener


class Client(Listener, PollingListener):
    """The next request's intended time is when the last reply was read."""

    async def live(self) -> None:
        await self.ask_again_at_once()
