"""WorkingClient: a client that makes the work itself, item by item, and times it.

For experiments in which nothing happens in the backend until somebody asks.
Knows nothing of what a work item is: a scenario writes `work`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

from bench.clock import now_ns
from bench.load.user import ClientUser
from bench.model.samples import FAILED, OK, PENDING


class GivenUp(Exception):
    """The client itself went away before the item's end: it was begun, and nothing failed."""


class WorkItem:
    """One work item under way; its row is written when it ends, however it ends."""

    __slots__ = (
        "bytes_down",
        "bytes_up",
        "done_ns",
        "first_byte_ns",
        "intended_ns",
        "sent_ns",
        "sequence",
    )

    def __init__(self, sequence: int, intended_ns: int) -> None:
        self.sequence = sequence
        self.intended_ns = intended_ns
        self.sent_ns = self.first_byte_ns = 0
        self.done_ns = 0
        """0: when `work` returned."""
        self.bytes_up = self.bytes_down = 0


class WorkingClient(ClientUser):
    """Does one item after the other (closed loop), or each at its time (open loop).

    Nothing is begun from t1 on; what was begun before is finished, and counts.  With
    no warm-up nothing is begun before t0: a long item is then the window's.
    """

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        recorder = self.session.recorder
        self.record = recorder.add
        self.outcome = recorder.code(self.session.experiment.outcome_operation)
        self._next = 0

    # --- what a scenario writes ------------------------------------------------------

    async def work(self, item: WorkItem) -> None:
        """Do one item and fill in its times and bytes; OSError or TimeoutError where it fails.

        GivenUp where the client did not stay until its end.
        """
        raise NotImplementedError

    async def prepare(self) -> None:
        """What comes before each item of a closed loop and is not measured."""

    def schedule(self) -> Iterable[int] | None:
        """Offsets in ns from the start of the warm-up for an open loop; None: as soon as it can.

        All of the schedule is then known beforehand: a law may take it for granted.
        """
        return None

    async def connect(self) -> None:
        """By default only what the first item needs: work may open its own connections."""
        await self.prepare()

    # --- the life of such a client -----------------------------------------------------

    @property
    def is_over(self) -> bool:
        t1_ns = self.session.t1_ns
        return bool(t1_ns) and now_ns() >= t1_ns

    async def live(self) -> None:
        session = self.session
        offsets = self.schedule()
        if offsets is not None or not session.load.window.warmup_s:
            await session.window_known.wait()
        if not session.load.window.warmup_s:
            # An item longer than the window must begin in it to be seen.
            await session.engine.alarm.until(session.t0_ns)
        if offsets is None:
            while not self.is_over:
                await self._one(now_ns())
                if session.only_one or self.is_over:
                    break
                await self.prepare()
        elif session.only_one:
            # Tried is whether an item is done well, not when: its time may be far away.
            for _ in islice(offsets, 1):
                await self._one(now_ns())
        else:
            await self._by_schedule(offsets)
        await asyncio.Event().wait()

    async def _by_schedule(self, offsets: Iterable[int]) -> None:
        """Each item at its time, whether or not the one before has ended."""
        until = self.session.engine.alarm.until
        start_ns = self.session.start_ns or now_ns()
        under_way: set[asyncio.Task[None]] = set()
        try:
            for offset_ns in offsets:
                await until(start_ns + offset_ns)
                if self.is_over:
                    break
                task = asyncio.create_task(self._one(start_ns + offset_ns))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await asyncio.gather(*under_way)
        finally:
            for task in under_way:
                task.cancel()

    async def _one(self, intended_ns: int) -> None:
        item = WorkItem(self._next, intended_ns)
        self._next += 1
        async with self._recorded(item):
            await self.work(item)

    @asynccontextmanager
    async def _recorded(self, item: WorkItem) -> AsyncIterator[None]:
        session = self.session
        session.busy += 1

        def ended(at_ns: int, outcome: int = PENDING) -> None:
            session.unfinished.discard(ended)
            session.busy -= 1
            self.record(
                self.outcome,
                outcome,
                self.number,
                item.sequence,
                item.intended_ns,
                item.sent_ns or item.intended_ns,
                item.first_byte_ns,
                at_ns,
                item.bytes_up,
                item.bytes_down,
            )

        session.unfinished.add(ended)
        try:
            yield
        except (OSError, TimeoutError) as error:
            session.failed(error, session.experiment.outcome_operation)
            ended(now_ns(), FAILED)
            # A closed loop that fails at once must not spin.
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            raise  # the trial is over: recorded as pending
        except GivenUp:
            ended(now_ns())
        else:
            ended(item.done_ns or now_ns(), OK)
