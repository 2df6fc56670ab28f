"""Client side of tus 1.0 at somebody else's server."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from bench.load.described import description_of
from bench.model.ownserver import fill
from bench.model.ownserver.filling import CLIENT, HOST, PORT, secrets_in
from scenarios.upload import _tus as tus
from scenarios.upload import resumable
from scenarios.upload._uploader import FOUND, Damaged, expect

NO_LONGER = (200, 204, 404, 405, 410, 501)
"""What a server says of DELETE that has removed a file, or that keeps all files."""


class Client(resumable.Client):
    """Creates uploads where the description says; what is stored is what the server says."""

    def __init__(self, environment: Any) -> None:
        self.own, _ = description_of(getattr(environment, "patternbench", None))
        super().__init__(environment)
        upload = self.own.tus
        parts = urlsplit(self._filled(upload.url))
        self._host = parts.netloc
        self.creating = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = {name: self._filled(text) for name, text in upload.headers.items()}
        self._further = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        if upload.metadata:
            self.more = f"Upload-Metadata: {self._filled(upload.metadata)}\r\n"

    def _filled(self, text: str) -> str:
        more = self.session.address.more
        values = {HOST: more[HOST], PORT: more[PORT], CLIENT: str(self.number)}
        return fill(text, values | secrets_in(more))

    @property
    def asked_host(self) -> str:
        """The server, not the relay: the address of a new upload is made of it."""
        return self._host

    def head(self, method: str, path: str, headers: str) -> bytes:
        return super().head(method, path, headers + self._further)

    async def verify(self) -> None:
        """All has come, by HEAD, and by GET where the file can be read; then it may go."""
        is_known = False
        while not is_known:
            async with self.again():
                await self.reach()
                reply = await self.ask("HEAD", self.path, tus.VERSION)
                expect(reply, FOUND, resumable.NO_CONTENT)
                if (there := self.read(tus.offset_of)) != self.file.size:
                    raise Damaged(f"of {self.file.size} bytes the server has {there}")
                if self.own.tus.read:
                    await self._compare()
                is_known = True
        async with self.again():  # a file that stays takes room, and is no fault of the upload
            await self.reach()
            expect(await self.ask("DELETE", self.path, tus.VERSION), *NO_LONGER)

    async def _compare(self) -> None:
        reply = await self.ask("GET", self.path)
        expect(reply, FOUND)
        if (found := hashlib.sha256(reply.body).hexdigest()) != self.digest:
            raise Damaged(f"stored {len(reply.body)} {found}, sent {self.file.size} {self.digest}")
