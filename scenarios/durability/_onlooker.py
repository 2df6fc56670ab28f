"""The load process's clients: they look on, since a part of the pattern stores the records.

Their number is that of the program's own clients.  Knows no pattern.
"""

from __future__ import annotations

import asyncio

from bench.load.user import ClientUser


class Onlooker(ClientUser):
    """Connects to nothing."""

    abstract = True
    experiment = "durability"

    async def connect(self) -> None:
        """There is nothing to connect to."""

    async def live(self) -> None:
        await asyncio.Event().wait()
