"""Client side of short polling: each message is a request, and GET every T asks for the others'."""

from __future__ import annotations

from bench.load.listening import PollingListener
from scenarios.chat._member import Member
from scenarios.chat._posting import Posting


class Client(Posting, Member, PollingListener):
    """Polls by its own clock from a random phase; writes on a second connection."""

    async def live(self) -> None:
        await self.ask_every(self.session.load.own.poll_interval_s)
