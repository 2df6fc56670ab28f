"""Connections that are kept and used again: one for each request under way, however many those are.

Knows no protocol and no experiment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar


class Keepable(Protocol):
    """What is asked of a connection."""

    closed: bool

    @property
    def transport(self) -> asyncio.Transport: ...

    def close(self) -> None: ...


Connection = TypeVar("Connection", bound=Keepable)


class KeptConnections(Generic[Connection]):
    """The connections of one client; `opened` makes a new one where no idle one is left."""

    def __init__(self, opened: Callable[[], Awaitable[Connection]]) -> None:
        self._opened = opened
        self._all: set[Connection] = set()
        self._idle: list[Connection] = []

    async def prepare(self, count: int = 1) -> None:
        """Have so many more idle ones; OSError where one cannot be opened."""
        self._idle += await asyncio.gather(*(self._open() for _ in range(count)))

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Connection]:
        """One for a request; afterwards it is idle, or closed where the request did not end well.

        OSError where a new one cannot be opened.
        """
        connection = await self._free()
        try:
            yield connection
        except BaseException:  # a reply may still come, and would be taken for the next one's
            self.drop(connection)
            raise
        self._idle.append(connection)

    def hold(self, connection: Connection) -> None:
        """Count one that was opened elsewhere among them until it is dropped; it is never idle."""
        self._all.add(connection)

    def drop(self, connection: Connection) -> None:
        """Close one that is not idle, and forget it."""
        connection.close()
        self._all.discard(connection)

    def transports(self) -> Sequence[asyncio.Transport]:
        """Those of all that are open."""
        return [one.transport for one in self._all if not one.closed]

    def close(self) -> None:
        """Close all; more can be opened afterwards."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._idle.clear()

    async def _open(self) -> Connection:
        connection = await self._opened()
        self._all.add(connection)
        return connection

    async def _free(self) -> Connection:
        while self._idle:
            if not (connection := self._idle.pop()).closed:
                return connection
            self._all.discard(connection)
        return await self._open()
