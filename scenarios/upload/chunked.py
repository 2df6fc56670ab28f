"""Client side of chunks: one request each, in turn; after a cut those that are missing."""

from __future__ import annotations

from bench.load.working import WorkItem
from scenarios.upload._uploader import FOUND, MISSING, Uploader, expect
from scenarios.upload.load import chunks

THERE = ord("1")


class Client(Uploader):
    """PUT with a chunk, until all chunks are there."""

    def begin(self) -> None:
        self.missing = list(range(chunks(self.session.load)))

    def edges(self, number: int) -> tuple[int, int]:
        """Where a chunk begins and ends in the file."""
        size = self.session.load.own.chunk_size_bytes
        return number * size, min((number + 1) * size, self.file.size)

    async def held(self) -> int:
        reply = await self.ask("GET", f"/files/{self.name}")
        if reply.status == MISSING:  # nothing is there, or all
            self.begin()
            return self.file.size if await self.stored() else 0
        expect(reply, FOUND)
        there = reply.body
        self.missing = [number for number, mark in enumerate(there) if mark != THERE]
        lengths = (end - start for start, end in map(self.edges, self.missing))
        held = self.file.size - sum(lengths)
        if not self.missing:  # the server died before it put them together: the last makes it try
            self.missing = [len(there) - 1]
            held -= 1
        return held

    async def go_on(self, item: WorkItem) -> None:
        own = self.session.load.own
        asked = f"?chunk={own.chunk_size_bytes}&size={self.file.size}"
        while self.missing:
            start, end = self.edges(self.missing[0])
            path = f"/files/{self.name}/{self.missing[0]}{asked}"
            reply = await self.send(item, "PUT", path, start, end)
            expect(reply, 201, 204)
            del self.missing[0]
            self.held_bytes += end - start
