"""The application server before the database, the same for both patterns.

A request is one query.  Where its connection comes from is the pattern's; the reply
says when a connection was asked for, got, done with and given back, by the one clock
of the host.  Knows nothing of bursts or schedules.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg
from aiohttp import web

from bench.clock import now_ns
from targets._web import WebTarget

INNER_ROWS = 100
"""Rows of the inner of two joined series: both stay small, so nothing is written to disk."""

ROWS_PER_S = 40_000_000
"""What a core joins, about.  Not measured: the same work must be asked of every trial."""

HALF_A_TICK_S = 0.0005

SETTINGS: Mapping[str, str] = {"jit": "off"}
"""A long computation would be compiled first, a short one would not."""


class Application(WebTarget):
    """GET /query: one query, on a connection that the pattern supplies."""

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self._url = str(self.services["postgres"]["url"])
        self._opened = self._open = self._most_open = 0

    # --- what a pattern writes ---------------------------------------------------------

    def connection(self) -> AbstractAsyncContextManager[Any]:
        """A connection for one query."""
        raise NotImplementedError

    async def prepare(self) -> None:
        """What is done before the first request."""

    # --- the server ----------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/query", self.query)]

    async def start(self, port: int) -> int:
        await self.prepare()
        return await super().start(port)

    def counts(self) -> dict[str, float]:
        """Connections to the database: opened, and open at the same time at most."""
        return {
            "database_connections_opened": self._opened,
            "database_connections_most": self._most_open,
        }

    async def query(self, request: web.Request) -> web.Response:
        statement = self._statement(self._seconds(request))
        asked_ns = now_ns()
        try:
            async with self.connection() as connection:
                got_ns = now_ns()
                await connection.execute(statement)
                done_ns = now_ns()
        except (asyncpg.PostgresError, OSError) as error:
            return web.Response(status=503, text=f"{type(error).__name__}: {error}")
        return web.Response(text=f"{asked_ns} {got_ns} {done_ns} {now_ns()}")

    # --- connections -----------------------------------------------------------------------

    async def open_connection(self, *_: Any, **more: Any) -> asyncpg.Connection:
        """A new connection, counted while a process of the database serves it.

        The injected time is spent here, as a driver waits for a far database.  Inside the
        database it would take a trigger on logins, and a third more CPU for each of them.
        """
        if self.load.own.connect_time_s:
            await asyncio.sleep(self.load.own.connect_time_s)
        self._open += 1
        self._most_open = max(self._most_open, self._open)
        try:
            connection = await asyncpg.connect(self._url, server_settings=SETTINGS, **more)
        except BaseException:
            self._open -= 1
            raise
        self._opened += 1
        connection.add_termination_listener(self._closed)
        return connection

    def _closed(self, _: Any) -> None:
        self._open -= 1

    # --- the work of a query ------------------------------------------------------------------

    def _seconds(self, request: web.Request) -> float:
        """How long the query shall take: what the client asks for, else what is usual."""
        text = request.query.get("seconds", str(self.load.own.query_time_s))
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if 0 <= seconds < math.inf:
            return seconds
        raise web.HTTPBadRequest(text=f"seconds={text}: must be a number, 0 or more\n")

    def _statement(self, seconds: float) -> str:
        """The query: one message each way, nothing to prepare."""
        if self.load.own.work == "compute":
            return _computation(seconds)
        # The database sleeps whole milliseconds, rounded up, and rounds now and then where it
        # should not; a sleep that ends half a millisecond before takes what was asked.
        return f"SELECT pg_sleep({max(0.0, seconds - HALF_A_TICK_S):.6f})"


def _computation(seconds: float) -> str:
    """So much work for a core, however many others want it: a join that is only counted."""
    outer = max(1, round(seconds * ROWS_PER_S / INNER_ROWS))
    return f"SELECT count(*) FROM generate_series(1, {outer}) a, generate_series(1, {INNER_ROWS}) b"
