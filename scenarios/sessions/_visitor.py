"""What every client does: log in, take its steps, log out, and begin again as another visitor.

Each request is a work item.  What is asked, a pattern may say; knows nothing of where sessions are
kept.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.working import WorkingClient, WorkItem
from bench.model.samples import FAILED, OK, PENDING
from scenarios.sessions._cookies import CookieConnection, cookie_header
from scenarios.sessions._workflow import (
    GAVE_UP,
    LOST,
    REASONS,
    WRONG,
    Broken,
    Workflow,
    first_number,
)
from scenarios.sessions.load import NONE

UNSERVED = (502, 503, 504)
"""No backend serves this just now: to ask again is all that can be done."""

REFUSED = (401, 403)
RETRY_PAUSE_NS = 50_000_000


class Visitor(WorkingClient):
    """One client; it has one connection to the proxy, and one visitor after the other."""

    abstract = True
    experiment = "sessions"
    connection: CookieConnection | None = None
    workflow: Workflow | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = self.session
        code = session.recorder.code
        self._workflow_code, self._served_code = code("workflow"), code("served")
        self._chance = random.Random(f"{session.seed}/{self.number}/pauses")
        self._next = first_number(session.seed)
        own = session.load.own
        self._requests, self._pause_ns = own.requests, own.pause_s * 1e9
        self._patience_ns = round(own.patience_s * 1e9)
        way_in = session.address.listeners.get("http1") or session.address
        self._place = way_in.host, way_in.port

    # --- when ---------------------------------------------------------------------------------

    async def connect(self) -> None:
        await self._connected()

    async def live(self) -> None:
        if not self.session.only_one:
            await self._pause(self._chance.random())
        await super().live()

    async def prepare(self) -> None:
        """Think for a while, and through the time in which nobody asks."""
        await self._pause(self._chance.uniform(0.5, 1.5))
        session, own = self.session, self.session.load.own
        if own.idle_for_s and session.t0_ns:
            begin = session.t0_ns + round(own.idle_from_s * 1e9)
            end = begin + round(own.idle_for_s * 1e9)
            if begin <= now_ns() < end:
                await session.engine.alarm.until(end)
                await self._pause(self._chance.random())

    async def _pause(self, share: float) -> None:
        if self._pause_ns:
            await self.session.engine.alarm.until(now_ns() + round(share * self._pause_ns))

    # --- what ---------------------------------------------------------------------------------

    async def work(self, item: WorkItem) -> None:
        """The next request of the workflow; to verify, all of one."""
        for _ in range(self._to_verify if self.session.only_one else 1):
            await self._advance(item)

    @property
    def _to_verify(self) -> int:
        """Where nothing leads back to a session, no more than its login can be expected."""
        own = self.session.load.own
        return 1 if own.affinity == NONE and own.backends > 1 else self._requests

    async def _advance(self, item: WorkItem) -> None:
        flow = self.workflow or self._begin()
        try:
            await self.ask_next(item, flow)
        except Broken as error:
            self._end(flow, FAILED, error.reason)
            raise
        if flow.answered == 1:
            flow.logged_in_ns = now_ns()
        if flow.answered == self._requests:
            self._end(flow, OK, "")

    async def ask_next(self, item: WorkItem, flow: Workflow) -> None:
        """Ask what comes next in a workflow; Broken where the answer is not what it must be."""
        if not flow.answered:
            body = await self.ask(item, flow, "POST", "/login")
            flow.check(body, [])
        elif flow.answered <= self.session.load.own.steps:
            place, text = flow.next_item()
            body = await self.ask(item, flow, "PUT", f"/basket/{place}", text)
            flow.check(body, [*flow.basket, text])
            flow.basket.append(text)
        else:
            body = await self.ask(item, flow, "POST", "/logout")
            flow.check(body, flow.basket)
        flow.answered += 1

    async def ask(
        self, item: WorkItem, flow: Workflow, method: str, path: str, body: str = ""
    ) -> str:
        """The body of the answer to a request, asked again while nobody serves it."""
        host, port = self._place
        data = (
            f"{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"{cookie_header(flow.cookies)}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        item.sent_ns = item.sent_ns or now_ns()
        deadline_ns = now_ns() + self._patience_ns
        while True:
            words = ""
            try:
                async with asyncio.timeout((deadline_ns - now_ns()) / 1e9):
                    status, text = await self._ask_once(item, flow, data)
            except TimeoutError:
                self._give_up_connection()
                raise Broken(GAVE_UP, "no answer in time") from None
            except OSError as error:
                self._give_up_connection()
                words = f"{type(error).__name__}: {error}"
            else:
                if status == 200:
                    return text
                words = f"HTTP {status}: {text.strip()[:100]}"
                if status not in UNSERVED:
                    raise Broken(LOST if status in REFUSED else WRONG, words)
            if now_ns() + RETRY_PAUSE_NS >= deadline_ns:
                raise Broken(GAVE_UP, words)
            await self.session.engine.alarm.until(now_ns() + RETRY_PAUSE_NS)

    async def _ask_once(self, item: WorkItem, flow: Workflow, data: bytes) -> tuple[int, str]:
        connection = await self._connected()
        item.bytes_up += len(data)
        reply = await connection.request(data)
        item.bytes_down += reply.bytes_down
        item.first_byte_ns, item.done_ns = reply.first_byte_ns, reply.done_ns
        if reply.status == 200:
            flow.cookies.update(connection.set_cookies)
            self._record_server(flow, reply.done_ns, connection.backend)
        return reply.status, reply.body.decode(errors="replace")

    # --- its connection -----------------------------------------------------------------------

    async def _connected(self) -> CookieConnection:
        if self.connection is None or self.connection.closed:
            session = self.session
            self.connection = await CookieConnection.open(
                session.engine, *self._place, session.wire
            )
        return self.connection

    def _give_up_connection(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def transports(self) -> Sequence[asyncio.Transport]:
        found = self.connection
        return [found.transport] if found is not None and not found.closed else []

    async def close(self) -> None:
        self._give_up_connection()

    # --- its records --------------------------------------------------------------------------

    def _begin(self) -> Workflow:
        own = self.session.load.own
        flow = Workflow(self.number, self._next, own.item_bytes, now_ns())
        self._next += 1
        self.workflow = flow
        self._unfinished = lambda at_ns: self._record(flow, PENDING, "", at_ns)
        self.session.unfinished.add(self._unfinished)
        return flow

    def _end(self, flow: Workflow, outcome: int, reason: str) -> None:
        self.session.unfinished.discard(self._unfinished)
        self.workflow = None
        self._record(flow, outcome, reason, now_ns())

    def _record(self, flow: Workflow, outcome: int, reason: str, at_ns: int) -> None:
        self.record(
            self._workflow_code,
            outcome,
            self.number,
            flow.number,
            flow.begun_ns,
            flow.logged_in_ns or flow.begun_ns,
            flow.logged_in_ns,
            at_ns,
            flow.answered,
            REASONS.index(reason),
        )

    def _record_server(self, flow: Workflow, at_ns: int, backend: int) -> None:
        if backend >= 0:
            self.record(
                self._served_code,
                OK,
                self.number,
                flow.number,
                at_ns,
                at_ns,
                at_ns,
                at_ns,
                backend,
                0,
            )
