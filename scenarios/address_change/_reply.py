"""What came of a request, whichever protocol carried it.  Data only."""

from __future__ import annotations

import asyncio


class Reply:
    """The body of an answer, and when its first byte came."""

    __slots__ = ("body", "first_byte_ns", "status")

    def __init__(self, status: int, body: bytes, first_byte_ns: int) -> None:
        self.status, self.body, self.first_byte_ns = status, body, first_byte_ns


class Asked:
    """A request under way on one of several streams, with what has come of its answer."""

    def __init__(self) -> None:
        self.reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.status = self.first_byte_ns = 0
        self.parts: list[bytes] = []

    def answered(self) -> None:
        """All of it has come."""
        if not self.reply.done():
            body = b"".join(self.parts)
            self.reply.set_result(Reply(self.status, body, self.first_byte_ns))

    def breaks(self, error: ConnectionError) -> None:
        """Nothing more will come."""
        if not self.reply.done():
            self.reply.set_exception(error)
