"""Client side of tus 1.0: HEAD tells how much has come, PATCH goes on there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from bench.load.working import WorkItem
from scenarios.upload import _tus as tus
from scenarios.upload._uploader import FOUND, MISSING, Refused, Uploader, expect

T = TypeVar("T")

NO_CONTENT = 204


class Client(Uploader):
    """POST creates the upload; then one PATCH with all that is missing, after each cut another."""

    creating = "/files"
    """Where uploads are created."""

    more = ""
    """Further headers of a new upload."""

    def begin(self) -> None:
        self.path = ""

    async def held(self) -> int:
        if not self.path:
            return 0
        reply = await self.ask("HEAD", self.path, tus.VERSION)
        if reply.status == MISSING:  # it has expired
            self.begin()
            return 0
        expect(reply, FOUND, NO_CONTENT)
        return self.read(tus.offset_of)

    async def go_on(self, item: WorkItem) -> None:
        size = self.file.size
        if not self.path:
            expect(await self.ask("POST", self.creating, tus.creation(size) + self.more), 201)
            self.path = self.read(lambda headers: tus.path_of(headers, self.creating))
            self.name = self.path.rpartition("/")[2]
        at = self.held_bytes
        reply = await self.send(item, "PATCH", self.path, at, size, tus.continuation(at))
        expect(reply, 204)
        if (there := self.read(tus.offset_of)) != size:
            raise Refused(f"a PATCH to the end of {size} bytes left the upload at {there}")

    def read(self, what: Callable[[Mapping[bytes, bytes]], T]) -> T:
        """Something that the headers of the last reply say; Refused where they do not."""
        assert self.connection is not None
        try:
            return what(self.connection.headers)
        except ValueError as error:
            raise Refused(str(error)) from None
