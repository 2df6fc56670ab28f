"""A fixed number of connections stay open; a query takes a free one, or waits for one."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg

from targets.connection_pool._application import Application

TITLE = "pool"
REQUIRES = ("postgres",)
EXAMPLE = "curl -i 'http://{host}:{port}/query'"


class Target(Application):
    """asyncpg's pool; waiting queries are served in turn."""

    pool: asyncpg.Pool | None = None

    async def prepare(self) -> None:
        size = self.load.own.pool_size
        self.pool = await asyncpg.create_pool(
            min_size=min(self.load.own.pool_ready or size, size),
            max_size=size,
            max_inactive_connection_lifetime=0,
            connect=self.open_connection,
            reset=_leave,
        )

    def connection(self) -> AbstractAsyncContextManager[Any]:
        assert self.pool is not None
        free: AbstractAsyncContextManager[Any] = self.pool.acquire()
        return free

    async def stop(self) -> None:
        if self.pool is not None:
            self.pool.terminate()


async def _leave(_: asyncpg.Connection) -> None:
    """Give a connection back as it is: a query here changes nothing of its session.

    asyncpg would reset it, which is a second query after each.
    """
