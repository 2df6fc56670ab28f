"""Client side of the harness's floor: a bare TCP connection that reads lines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.load.clients.line import LineConnection
from scenarios.notifications._listener import Listener


class Client(Listener):
    """Sends its number and listens."""

    connection: LineConnection | None = None

    async def connect(self) -> None:
        session = self.session
        self.connection = await LineConnection.open(
            session.engine,
            session.host,
            session.port,
            str(self.number).encode(),
            self.deliver,
            session.wire,
        )

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.connection.transport] if self.connection is not None else []

    async def live(self) -> None:
        assert self.connection is not None
        await self.connection.ended

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
