"""Members that send a request for each message, on a connection beside the one that they hear on.

Knows nothing of how messages come down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.load.clients.http1 import Http1Connection, Reply
from bench.load.listening import Listener
from scenarios.chat._framing import post
from scenarios.chat._member import Said


class Posting(Listener):
    """POST /messages; HTTP 204 says that the server has it."""

    abstract = True
    up: Http1Connection | None = None

    async def connect(self) -> None:
        await super().connect()
        await self._open()

    async def _open(self) -> None:
        session = self.session
        self.up = await Http1Connection.open(session.engine, *self.place, session.wire)

    async def post(self, path: str, body: bytes) -> tuple[Reply, int]:
        """The reply and the bytes of the request; ConnectionError where it was refused."""
        if self.up is None or self.up.closed:
            await self._open()
        assert self.up is not None
        data = post(path, self.who, *self.place, body)
        reply = await self.up.request(data)
        if reply.status != 204:
            words = reply.body[:80].decode(errors="replace").strip()
            raise ConnectionError(f"HTTP {reply.status} for {path}: {words}")
        return reply, len(data)

    async def say(self, text: bytes) -> Said:
        reply, sent = await self.post("/messages", text)
        return Said(reply.done_ns, sent, reply.bytes_down)

    def transports(self) -> Sequence[asyncio.Transport]:
        return [*super().transports(), *([self.up.transport] if self.up is not None else [])]

    async def close(self) -> None:
        if self.up is not None:
            self.up.close()
        await super().close()
