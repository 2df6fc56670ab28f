"""Every query opens its own connection to the database and closes it afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from targets.connection_pool._application import Application

TITLE = "per request"
REQUIRES = ("postgres",)
EXAMPLE = "curl -i 'http://{host}:{port}/query'"


class Target(Application):
    """Each query starts and ends a process of the database."""

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await self.open_connection()
        try:
            yield connection
        finally:
            await connection.close()
