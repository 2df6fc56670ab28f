"""Client side of polling: a handle, then a question every T for what comes after its position."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, Reply
from bench.model.samples import EMPTY, FAILED, OK
from bench.plan.arrivals import SECOND_NS
from scenarios.streamed_reply import _plan as planned
from scenarios.streamed_reply._reader import Reader, Reading, Refused

COMPLETE, MORE, COLLECTED = 200, 202, 204


class Client(Reader):
    """Polls from a random phase; a late reply delays no later question."""

    connection: Http1Connection | None = None

    async def open(self) -> None:
        if self.connection is None or self.connection.closed:
            session = self.session
            self.connection = await Http1Connection.open(session.engine, *self.place, session.wire)

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()

    async def read(self, reading: Reading) -> None:
        load, item = self.session.load, reading.item
        path = f"/replies/{secrets.token_hex(12)}"
        reply = await self._ask(reading, "PUT", f"{path}?pieces={load.own.pieces}", 0, MORE)
        reading.begin(reply.body)
        due_ns = now_ns() + planned.phase_ns(load, self.session.seed, self.number, item.sequence)
        while reply.status != COMPLETE:
            await self.session.engine.alarm.until(due_ns)
            question = f"{path}?position={reading.size_bytes}"
            reply = await self._ask(reading, "GET", question, due_ns, COMPLETE, MORE)
            if reply.body:
                reading.take(reply.body, reply.done_ns)
            due_ns += round(load.own.poll_interval_s * SECOND_NS)
        await self._ask(reading, "DELETE", path, 0, COLLECTED)

    async def _ask(
        self, reading: Reading, method: str, path: str, due_ns: int, *wanted: int
    ) -> Reply:
        """One request and its reply, recorded; Refused where it has none of these statuses."""
        connection = self.connection
        assert connection is not None
        host = "{}:{}".format(*self.place)
        length = "" if method == "GET" else "Content-Length: 0\r\n"
        data = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{length}\r\n".encode()
        sent_ns = now_ns()
        due_ns = due_ns or sent_ns
        try:
            reply = await connection.request(data)
        except BaseException as error:
            times = (due_ns, sent_ns, 0, now_ns())
            self.record_request(reading.item, self.outcome_of(error), times, len(data), 0)
            raise
        outcome = OK if reply.status in wanted else FAILED
        if method == "GET" and outcome == OK and not reply.body:
            outcome = EMPTY
        times = (due_ns, sent_ns, reply.first_byte_ns, reply.done_ns)
        self.record_request(reading.item, outcome, times, len(data), reply.bytes_down)
        if outcome == FAILED:
            words = reply.body.decode(errors="replace").strip()
            raise Refused(f"HTTP {reply.status}: {words}")
        return reply

    def transports(self) -> Sequence[asyncio.Transport]:
        one = self.connection
        return [one.transport] if one is not None and not one.closed else []
