"""Client side of one request: after a cut all of the file is sent again."""

from __future__ import annotations

from bench.load.working import WorkItem
from scenarios.upload._uploader import Uploader, expect


class Client(Uploader):
    """PUT with the whole file, until one of them succeeds."""

    async def held(self) -> int:
        # Only the reply may have been lost.
        return self.file.size if await self.stored() else 0

    async def go_on(self, item: WorkItem) -> None:
        reply = await self.send(item, "PUT", f"/files/{self.name}", 0, self.file.size)
        expect(reply, 201)
