"""What all servers of replies have in common: what may be asked for, and readers who leave.

    ?pieces=N    how many pieces the reply is to have

400: no such number.  A pattern adds how its reader gets the pieces.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from aiohttp import web

from bench.clock import Alarm
from bench.plan.arrivals import SECOND_NS
from scenarios.streamed_reply._plan import Plan, plan_of
from scenarios.streamed_reply._trace import MOST_PIECES
from scenarios.streamed_reply.load import AT_CLOSE, MOST_REPLY_BYTES, NEVER
from targets._web import WebTarget
from targets.streamed_reply._making import Account, Batch, made

BEGUN = "X-Begun"
"""The header that tells a reader when its reply was begun, in nanoseconds of the host's clock."""


def stamp(begun_ns: int) -> str:
    """That moment in words of the same length always."""
    return f"{begun_ns:019d}"


def read_pieces(text: str) -> int:
    """How many pieces are asked for; ValueError saying what is wrong with the text."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= MOST_PIECES):
        raise ValueError(f"pieces={text[:20]}: must be a whole number from 1 to {MOST_PIECES}")
    return int(text)


class ReplyServer(WebTarget):
    """Makes replies, and stops where it notices that nobody reads one."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.account = Account()
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> int:
        self.alarm = Alarm(asyncio.get_running_loop())
        return await super().start(port)

    def counts(self) -> dict[str, float]:
        return self.account.counts()

    def plan_of(self, text: str) -> Plan:
        """The plan of a reply with so many pieces; ValueError where there can be none."""
        pieces = read_pieces(text)
        plan = plan_of(self.load.own, pieces)
        if plan.size_bytes > MOST_REPLY_BYTES:
            raise ValueError(
                f"pieces={pieces}: {plan.size_bytes} bytes; a reply has at most {MOST_REPLY_BYTES}"
            )
        return plan

    def wanted(self, request: web.Request) -> Plan:
        """The plan that a request's query asks for; HTTP 400 where there can be none."""
        try:
            return self.plan_of(request.query.get("pieces", str(self.load.own.pieces)))
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from None

    def batches(
        self, plan: Plan, begun_ns: int, batch_s: float | None = None
    ) -> AsyncIterator[Batch]:
        """The batches of a reply that begins now."""
        window_s = self.load.own.batch_s if batch_s is None else batch_s
        window_ns = round(window_s * SECOND_NS)
        return made(plan, begun_ns, window_ns, self.alarm.until, self.account)

    async def attended(self, work: Coroutine[Any, Any, None]) -> None:
        """Make and send a reply to its end, or until its reader's departure is noticed.

        At its close: the request is cancelled when its connection ends, and with it the work.
        Otherwise the work goes on until a write fails, or `hand` never lets it.
        """
        task = self.go_on(self._until_a_write_fails(work))
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if self.load.own.notice == AT_CLOSE and not task.done():
                task.cancel()
                self.account.notice()
            raise

    async def _until_a_write_fails(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ConnectionError:
            self.account.notice()
            raise

    def go_on(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work that no request owns; it ends when the server does, if not before."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    async def hand(self, sending: Coroutine[Any, Any, Any]) -> None:
        """Write something to a reader; where nobody is to notice its departure, as if it had."""
        if self.load.own.notice == NEVER:
            with contextlib.suppress(ConnectionError):
                await sending
        else:
            await sending

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # where its connection is lost nobody else asks

    async def stop(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self.alarm.close()
