"""Client side of long polling: each message is a request, and another one waits for the others'."""

from __future__ import annotations

from bench.load.listening import PollingListener
from scenarios.chat._member import Member
from scenarios.chat._posting import Posting


class Client(Posting, Member, PollingListener):
    """Asks again as soon as it has its answer; writes on a second connection."""

    async def live(self) -> None:
        await self.ask_again_at_once()
