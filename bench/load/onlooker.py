"""A client that looks on, for experiments in which a part of the pattern makes the work.

Their number is that of the callers.  Knows no experiment.
"""

from __future__ import annotations

import asyncio

from bench.load.user import ClientUser


class Onlooker(ClientUser):
    """Connects to nothing."""

    abstract = True

    async def connect(self) -> None:
        """There is nothing to connect to."""

    async def live(self) -> None:
        await asyncio.Event().wait()
