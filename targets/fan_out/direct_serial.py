"""The publisher sends each event to one receiver after the other over HTTP, and waits for each."""

from __future__ import annotations

from targets.fan_out._direct import DirectTarget

TITLE = "direct, in turn"
PARTS = ({"name": "publisher", "role": "server"},)


class Publisher(DirectTarget):
    """The next receiver is called when the last one has answered or has timed out."""

    async def send(self, sequence: int, body: bytes) -> None:  # noqa: ARG002
        for url in list(self.receivers.values()):
            await self.post(url, body)
