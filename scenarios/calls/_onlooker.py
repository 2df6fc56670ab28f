"""The load process's clients: they look on, since a part of the pattern makes the calls.

Their number is that of the callers.  Knows no pattern.
"""

from __future__ import annotations

import asyncio

from bench.load.user import ClientUser


class Onlooker(ClientUser):
    """Connects to nothing."""

    abstract = True
    experiment = "calls"

    async def connect(self) -> None:
        """There is nothing to connect to."""

    async def live(self) -> None:
        await asyncio.Event().wait()
