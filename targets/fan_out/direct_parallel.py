"""The publisher sends each event to all receivers at once over HTTP, and waits for all answers."""

from __future__ import annotations

import asyncio

from targets.fan_out._direct import DirectTarget

TITLE = "direct, at once"
PARTS = ({"name": "publisher", "role": "server"},)


class Publisher(DirectTarget):
    """Free for the next event when the slowest receiver has answered or has timed out."""

    async def send(self, sequence: int, body: bytes) -> None:  # noqa: ARG002
        await asyncio.gather(*(self.post(url, body) for url in self.receivers.values()))
