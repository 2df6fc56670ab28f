"""What every reader does: ask for a reply, read it, and perhaps leave before its end.

A pattern writes `read`: how the text comes.  What comes is checked against the plan, and each
piece is recorded with when it was made.  Knows no protocol.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bench.clock import now_ns
from bench.load.working import GivenUp, WorkingClient, WorkItem
from bench.model.samples import FAILED, OK, PENDING
from scenarios.streamed_reply import _plan as planned
from scenarios.streamed_reply.load import BUFFERS, PASSES, REUSED

THROUGH = (PASSES, BUFFERS)


class Refused(OSError):
    """The server gave another answer than a reply."""


class Reading:
    """A reply as far as its reader has it."""

    def __init__(self, reader: Reader, item: WorkItem) -> None:
        self.reader, self.item = reader, item
        self.plan = reader.plan
        self.begun_ns = self.size_bytes = self.pieces = 0
        self.is_as_planned = True

    @property
    def is_complete(self) -> bool:
        return self.pieces == len(self.plan)

    def begin(self, stamp: bytes) -> None:
        """The server says when it began; Refused where it does not."""
        if not stamp.isdigit():
            raise Refused(f"{stamp[:40]!r} does not say when the reply was begun")
        self.begun_ns = int(stamp)

    def take(self, data: bytes, read_ns: int) -> None:
        """What came next of the text."""
        if data != planned.text(self.size_bytes, len(data)):
            self.is_as_planned = False
        self.size_bytes += len(data)
        item, plan = self.item, self.plan
        item.bytes_down = self.size_bytes
        first, self.pieces = self.pieces, plan.complete(self.size_bytes)
        if not self.pieces:
            return
        item.first_byte_ns = item.first_byte_ns or read_ns
        item.done_ns = read_ns
        reader = self.reader
        for number in range(first, self.pieces):
            made_ns = self.begun_ns + plan.offsets_ns[number]
            size = plan.ends[number] - (plan.ends[number - 1] if number else 0)
            reader.record(
                reader.piece,
                OK,
                reader.number,
                item.sequence,
                made_ns,
                made_ns,
                read_ns,
                read_ns,
                number,
                size,
            )

    def check(self) -> None:
        """Refused where what came is not the whole reply, in its order."""
        if not self.is_as_planned or not self.is_complete:
            raise Refused(
                f"{self.pieces} of {len(self.plan)} pieces came, {self.size_bytes} bytes"
                + ("" if self.is_as_planned else ", and another text than was made")
            )


class Reader(WorkingClient):
    """Reads one reply after the other, with pauses."""

    abstract = True
    experiment = "streamed_reply"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        code = self.session.recorder.code
        self.piece, self.asked, self._left = code("piece"), code("request"), code("leave")
        own = self.session.load.own
        self.plan = planned.plan_of(own, own.pieces)

    # --- what a pattern writes ----------------------------------------------------------------

    async def open(self) -> None:
        """Open a connection, where there is none to ask over."""
        raise NotImplementedError

    def hang_up(self) -> None:
        """Close the connection, whatever is under way."""
        raise NotImplementedError

    async def read(self, reading: Reading) -> None:
        """Ask for a reply and take all of it."""
        raise NotImplementedError

    # --- replies --------------------------------------------------------------------------------

    @property
    def place(self) -> tuple[str, int]:
        """Where to connect."""
        return self.session.host, self.session.port

    async def live(self) -> None:
        """Begin at a moment of its own: no two readers are in step."""
        session = self.session
        if not session.only_one:
            await session.window_known.wait()
            load = session.load
            after_ns = planned.start_ns(load, session.seed, self.number, self.plan.length_ns)
            await session.engine.alarm.until((session.start_ns or now_ns()) + after_ns)
        await super().live()

    async def prepare(self) -> None:
        """Pause; be connected, where connections are kept."""
        session = self.session
        if self._next and not session.only_one:
            pause_ns = planned.pause_ns(session.load, session.seed, self.number, self._next)
            await session.engine.alarm.until(now_ns() + pause_ns)
        if session.load.own.reuse == REUSED:
            await self.open()

    async def work(self, item: WorkItem) -> None:
        session = self.session
        reading = Reading(self, item)
        item.sent_ns = now_ns()
        task = asyncio.create_task(self._whole(reading))
        leaves_ns = planned.leaves_ns(
            session.load, session.seed, self.number, item.sequence, self.plan.length_ns
        )
        try:
            if leaves_ns is None or session.only_one:
                await task
                return
            leaving = asyncio.create_task(session.engine.alarm.until(item.sent_ns + leaves_ns))
            await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if task.done():
                task.result()
                return
            self._leave(reading, item.sent_ns + leaves_ns)
            raise GivenUp
        finally:
            task.cancel()

    async def _whole(self, reading: Reading) -> None:
        kept = self.session.load.own.reuse == REUSED
        try:
            await self.open()
            await self.read(reading)
            reading.check()
        except OSError:
            kept = False
            raise
        finally:
            if not kept:
                self.hang_up()

    def _leave(self, reading: Reading, due_ns: int) -> None:
        """Be gone: from now on nobody reads."""
        self.hang_up()
        item, now = reading.item, now_ns()
        # A whole reply does not tell when it was begun, before it is there.
        begun_ns = reading.begun_ns or item.sent_ns
        self.record(
            self._left,
            OK,
            self.number,
            item.sequence,
            min(due_ns, now),
            now,
            begun_ns,
            now,
            reading.pieces,
            self.plan.made(now - begun_ns),
        )

    def record_request(
        self, item: WorkItem, outcome: int, times: Times, up: int, down: int
    ) -> None:
        """A request or message of a reply, with when it was due, sent, answered and done."""
        self.record(self.asked, outcome, self.number, item.sequence, *times, up, down)
        item.bytes_up += up

    def outcome_of(self, error: BaseException) -> int:
        """How a request has ended that has no answer."""
        return FAILED if isinstance(error, OSError) else PENDING

    async def close(self) -> None:
        self.hang_up()


Times = tuple[int, int, int, int]
