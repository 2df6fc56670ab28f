"""Sessions in PostgreSQL: a row for each, one statement and one round trip for each request."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import asyncpg

from targets.sessions._memory import ID_BYTES
from targets.sessions._sessions import (
    Answer,
    OfAnother,
    StoreAway,
    Unknown,
    check_place,
)

MOST_CONNECTIONS = 10
"""Of one backend: the server allows a hundred."""

TABLE = """
CREATE TABLE IF NOT EXISTS sessions (
    id text PRIMARY KEY, owner text NOT NULL, ends timestamptz NOT NULL,
    items text[] NOT NULL DEFAULT '{}', ended boolean NOT NULL DEFAULT false
)
"""
OPEN = "INSERT INTO sessions (id, owner, ends) VALUES ($1, $2, now() + $3 * interval '1 second')"
_MINE = "id = $1 AND owner = $2 AND ends > now()"
PUT = f"""
UPDATE sessions SET items[$3] = $4
WHERE {_MINE} AND NOT ended AND $3 <= cardinality(items) + 1 RETURNING items
"""
CLOSE = f"UPDATE sessions SET ended = true WHERE {_MINE} RETURNING items"
"""The row stays until it is too old: a logout whose answer was lost can be repeated."""

WHY_NOT = """
SELECT owner, cardinality(items) AS count FROM sessions
WHERE id = $1 AND ends > now() AND NOT ended
"""

TROUBLES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # What asyncpg says of a connection that the server has just closed.
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


class PostgresSessions:
    """By id; those that are older than `life_s` are refused."""

    def __init__(self, url: str, life_s: float, timeout_s: float) -> None:
        self._url, self._life_s, self._timeout_s = url, life_s, timeout_s
        self._idle: list[asyncpg.Connection] = []
        self._places = asyncio.Semaphore(MOST_CONNECTIONS)
        self.operations = 0

    async def start(self) -> None:
        connection = await asyncpg.connect(self._url)
        await connection.execute(TABLE)
        self._idle.append(connection)

    async def open(self, user: str) -> Answer:
        name = secrets.token_urlsafe(ID_BYTES)
        await self._ask(OPEN, name, user, self._life_s)
        return Answer([], name)

    async def put(self, credential: str, user: str, place: int, item: str) -> Answer:
        check_place(place, place)
        found = await self._ask(PUT, credential, user, place + 1, item)
        return Answer(found["items"] if found else await self._refuse(credential, user, place))

    async def close(self, credential: str, user: str) -> Answer:
        found = await self._ask(CLOSE, credential, user)
        return Answer(found["items"] if found else await self._refuse(credential, user, 0))

    async def _refuse(self, credential: str, user: str, place: int) -> list[str]:
        """Say why nothing was found."""
        found = await self._ask(WHY_NOT, credential)
        if found is not None and found["owner"] != user:
            raise OfAnother("this session belongs to another user")
        if found is not None:
            check_place(place, found["count"])
        raise Unknown("there is no such session")

    async def _ask(self, statement: str, *words: Any) -> Any:
        """A row, or None; StoreAway where none comes in time."""
        self.operations += 1
        try:
            async with asyncio.timeout(self._timeout_s), self._places:
                return await self._ask_once(statement, words)
        except TROUBLES as error:
            raise StoreAway(f"the store does not answer: {type(error).__name__}") from None

    async def _ask_once(self, statement: str, words: tuple[Any, ...]) -> Any:
        while self._idle and self._idle[-1].is_closed():
            self._idle.pop()
        connection = self._idle.pop() if self._idle else await asyncpg.connect(self._url)
        try:
            found = await connection.fetchrow(statement, *words)
        except BaseException:
            # It may still be busy with the statement: nobody can use it again.
            connection.terminate()
            raise
        self._idle.append(connection)
        return found

    async def stop(self) -> None:
        for connection in self._idle:
            connection.terminate()
