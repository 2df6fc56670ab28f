"""A program that stores records in PostgreSQL: one INSERT, and so one commit, for each.

What a commit waits for is `synchronous_commit` of its sessions; a pattern says it.  After a
crash it looks for the server that is the primary now, and for what it had been told was stored.
"""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

from bench.clock import Alarm, now_ns
from bench.model.messages import Begin
from targets.durability._storing import PAUSE_S, StoringTarget

CONNECT_SECONDS = 5.0
LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a statement raises whose server has died."""

INSERT = "INSERT INTO records VALUES ($1, $2, $3)"
TABLE = "CREATE TABLE records (client int, sequence bigint, content bytea)"
STORED = "SELECT sequence FROM records WHERE client = $1"


class DatabaseTarget(StoringTarget):
    """Each client has a connection of its own."""

    def waits_for(self) -> str:
        """What a commit waits for: a value of PostgreSQL's `synchronous_commit`."""
        raise NotImplementedError

    async def start(self, _: int) -> int:
        found = self.services["postgres"]
        self._places = [
            (str(found[f"{which}host"]), int(str(found[f"{which}port"])))
            for which in ("", "standby_")
            if f"{which}host" in found
        ]
        self._login = {name: str(found[name]) for name in ("user", "database")}
        self._content = bytes(self.load.own.record_bytes)
        first = await self._back()
        # Where there is a standby it has the table when this returns: it follows.
        await first.execute("SET synchronous_commit = remote_apply")
        await first.execute(f"DROP TABLE IF EXISTS records; {TABLE}")
        await first.close()
        clients = range(self.load.window.clients)
        self._connections = [await self._back() for _ in clients]
        self._acknowledged: list[dict[int, int]] = [{} for _ in clients]
        self.facts["synchronous_commit"] = self.waits_for()
        return 0

    # --- connections ---------------------------------------------------------------------------

    async def _back(self) -> Any:
        """A connection to the server that is the primary now; waits until there is one."""
        while True:
            for host, port in self._places:
                try:
                    return await self._primary(host, port)
                except LOST:
                    continue
            await asyncio.sleep(PAUSE_S)

    async def _primary(self, host: str, port: int) -> Any:
        connection = await asyncpg.connect(
            host=host,
            port=port,
            **self._login,
            timeout=CONNECT_SECONDS,
            server_settings={"synchronous_commit": self.waits_for()},
        )
        try:
            if await connection.fetchval("SELECT pg_is_in_recovery()", timeout=CONNECT_SECONDS):
                raise ConnectionError(f"{host}:{port} is a standby")
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def stop(self) -> None:
        for connection in self._connections:
            connection.terminate()

    # --- records -------------------------------------------------------------------------------

    async def try_call(self) -> None:
        self.measure_flush()
        connection = self._connections[0]
        try:
            await connection.execute(INSERT, 0, -1, self._content)
            found = await connection.fetchval("SELECT content FROM records WHERE sequence = -1")
        except asyncpg.PostgresError as error:
            raise ConnectionError(str(error)) from None
        if found != self._content:
            raise ConnectionError("another record came back")

    async def call(self, begin: Begin) -> None:
        alarm = Alarm(asyncio.get_running_loop())
        try:
            await asyncio.gather(
                *(self._store_all(client, begin, alarm) for client in range(len(self._connections)))
            )
        finally:
            alarm.close()

    async def _store_all(self, client: int, begin: Begin, alarm: Alarm) -> None:
        sequence, acknowledged = 0, self._acknowledged[client]
        statement = await self._connections[client].prepare(INSERT)
        await alarm.until(begin.start_ns)
        while (sent_ns := now_ns()) < begin.t1_ns:
            try:
                await statement.fetch(client, sequence, self._content)
            except LOST as error:
                crash_ns = now_ns()
                self.failed(error)
                self.record_store(client, sequence, sent_ns, crash_ns, False)
                statement = await self._check(client, crash_ns)
            else:
                done_ns = now_ns()
                self.record_store(client, sequence, sent_ns, done_ns, True)
                acknowledged[sequence] = done_ns
            sequence += 1

    async def _check(self, client: int, crash_ns: int) -> Any:
        """Come back, and count what was acknowledged and is not there; the next statement."""
        acknowledged = self._acknowledged[client]
        while True:
            self._connections[client].terminate()
            self._connections[client] = connection = await self._back()
            try:
                stored = {row[0] for row in await connection.fetch(STORED, client)}
                statement = await connection.prepare(INSERT)
            except LOST:
                continue  # it has died again
            lost = [sequence for sequence in acknowledged if sequence not in stored]
            oldest_ns = min((acknowledged.pop(one) for one in lost), default=crash_ns)
            self.record_check(client, len(lost), len(acknowledged), oldest_ns, crash_ns, now_ns())
            return statement
