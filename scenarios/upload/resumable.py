"""Client side of tus 1.0: HEAD tells how much has come, PATCH goes on there."""

from __future__ import annotations

from urllib.parse import urlsplit

from bench.load.working import WorkItem
from scenarios.upload._uploader import FOUND, MISSING, Refused, Uploader, expect

TUS = "Tus-Resumable: 1.0.0\r\n"
BODY = f"{TUS}Content-Type: application/offset+octet-stream\r\n"


class Client(Uploader):
    """POST creates the upload; then one PATCH with all that is missing, after each cut another."""

    def begin(self) -> None:
        self.path = ""

    async def held(self) -> int:
        if not self.path:
            return 0
        reply = await self.ask("HEAD", self.path, TUS)
        if reply.status == MISSING:
            self.begin()
            return 0
        expect(reply, FOUND)
        return int(self.reply_header(b"upload-offset"))

    async def go_on(self, item: WorkItem) -> None:
        if not self.path:
            length = f"Upload-Length: {self.file.size}\r\nContent-Length: 0\r\n"
            expect(await self.ask("POST", "/files", TUS + length), 201)
            self.path = urlsplit(self.reply_header(b"location")).path
            self.name = self.path.rpartition("/")[2]
        offset = f"{BODY}Upload-Offset: {self.held_bytes}\r\n"
        reply = await self.send(item, "PATCH", self.path, self.held_bytes, self.file.size, offset)
        expect(reply, 204)
        if int(self.reply_header(b"upload-offset")) != self.file.size:
            raise Refused(f"PATCH to the end left {self.reply_header(b'upload-offset')} bytes")

    def reply_header(self, name: bytes) -> str:
        """A header of the last reply; Refused where it has none of that name."""
        assert self.connection is not None
        if (value := self.connection.headers.get(name)) is None:
            raise Refused(f"the reply has no header {name.decode()}")
        return value.decode()
