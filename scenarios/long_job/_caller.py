"""What every client does: ask for jobs at their times, go away, and come back.

Who goes away closes its connections, whatever is under way.  A pattern writes `pursue`: what is
still to be done for a job, from what is known of it.  Knows nothing of how a result comes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from typing import Any

from bench.clock import now_ns
from bench.load.clients.http1 import ProtocolError
from bench.load.working import GivenUp, WorkingClient, WorkItem
from bench.model.samples import OK
from scenarios.long_job import _planned as planned

PAUSE_S = 0.05
"""Before the next try where a connection was lost though its client stayed."""


class Refused(OSError):
    """The backend gave another answer than the job needs."""


class Pursued:
    """A job under way, with what its client knows of it."""

    def __init__(self, item: WorkItem, handle: str, seconds: float) -> None:
        self.item, self.handle, self.seconds = item, handle, seconds
        self.is_known = False
        self.tries = 0
        """How often it was begun or gone on with."""

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.item.first_byte_ns)

    def acknowledge(self, read_ns: int) -> None:
        """The backend has it; the first time counts."""
        self.item.first_byte_ns = self.item.first_byte_ns or read_ns


class Caller(WorkingClient):
    """One client with its jobs, there or away."""

    abstract = True
    experiment = "long_job"
    comes_back = True
    """Whether it can go on with a job that it asked for before it left."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        code = self.session.recorder.code
        self._work, self._away, self.asked = code("work"), code("away"), code("request")
        self._there = asyncio.Event()
        self._there.set()
        self._attempts: set[asyncio.Task[None]] = set()

    # --- what a pattern writes ----------------------------------------------------------------

    async def pursue(self, job: Pursued) -> None:
        """Do what is still to be done for a job; ConnectionClosed where a connection is lost."""
        raise NotImplementedError

    def disconnect(self) -> None:
        """Close all connections, whatever is under way."""
        raise NotImplementedError

    async def reconnect(self) -> None:
        """Open what is open while the client is there; nothing where requests open their own."""

    # --- jobs -----------------------------------------------------------------------------------

    def schedule(self) -> Iterator[int]:
        session = self.session
        self._seconds: dict[int, float] = {}
        planning = planned.jobs(session.load, session.seed, self.number)
        for sequence, job in enumerate(planning):
            self._seconds[sequence] = job.seconds
            yield job.asked_ns

    async def work(self, item: WorkItem) -> None:
        job = Pursued(item, secrets.token_hex(12), self._seconds.pop(item.sequence))
        item.sent_ns = now_ns()
        while not await self._attempt(job):
            if not self.comes_back:
                raise GivenUp
            await self._there.wait()

    async def _attempt(self, job: Pursued) -> bool:
        """Go on with a job; False where its client left, or lost its connection."""
        job.tries += 1
        attempt = asyncio.create_task(self.pursue(job))
        self._attempts.add(attempt)
        try:
            await asyncio.wait((attempt,))
        finally:
            self._attempts.discard(attempt)
            attempt.cancel()
        if attempt.cancelled():
            return False
        error = attempt.exception()
        is_lost = isinstance(error, ConnectionError) and not isinstance(error, ProtocolError)
        if is_lost and self.comes_back:
            await asyncio.sleep(PAUSE_S)
            return False
        attempt.result()
        return True

    def know(self, job: Pursued, result: bytes, read_ns: int) -> None:
        """The result is here: the job has its end, whatever else is to be done."""
        if job.is_known:
            return
        try:
            begun_ns, finished_ns = map(int, result.split())
        except ValueError:
            raise Refused(f"job {job.handle}: {result[:80]!r} is no result") from None
        job.is_known = True
        item = job.item
        item.done_ns = read_ns
        item.bytes_down += len(result)
        self.record(
            self._work,
            OK,
            self.number,
            item.sequence,
            item.intended_ns,
            begun_ns,
            begun_ns,
            finished_ns,
            0,
            0,
        )

    # --- coming and going -----------------------------------------------------------------------

    async def live(self) -> None:
        going = asyncio.create_task(self._come_and_go())
        try:
            await super().live()
        finally:
            going.cancel()

    async def _come_and_go(self) -> None:
        session = self.session
        await session.window_known.wait()
        until, start_ns = session.engine.alarm.until, session.start_ns or now_ns()
        absences = planned.absences(session.load, session.seed, self.number)
        for sequence, absence in enumerate(absences):
            leaves_ns, returns_ns = start_ns + absence.leaves_ns, start_ns + absence.returns_ns
            await until(leaves_ns)
            now = now_ns()
            self._leave()
            back_ns = max(now, returns_ns)
            self.record(self._away, OK, self.number, sequence, leaves_ns, now, now, back_ns, 0, 0)
            await until(returns_ns)
            self._there.set()
            await self.come_back()

    async def come_back(self) -> None:
        """Reconnect, until it succeeds."""
        while self._there.is_set():
            try:
                await self.reconnect()
            except OSError as error:
                self.session.failed(error, "connect")
                await asyncio.sleep(PAUSE_S)
            else:
                return

    def _leave(self) -> None:
        self._there.clear()
        for attempt in self._attempts:
            attempt.cancel()
        self.disconnect()
