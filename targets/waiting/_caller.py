"""The caller of every pattern of `waiting`: the program under test, in a thread of its own.

Batch after batch it makes n calls and waits until all of them are answered.  The process's event
loop stays free for the harness.  Knows no way of waiting: a pattern writes a Program.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bench.clock import Alarm, now_ns
from bench.model.messages import Begin
from bench.model.samples import FAILED, OK
from targets._target import BaseTarget
from targets.waiting._limits import raise_descriptors
from targets.waiting._server import MESSAGE
from targets.waiting._work import UNITS, Unit, cost_ns

AFTER_T0_NS = 1_000_000
"""The window's first batch begins so long after it: what is read at its beginning has been read."""

PAUSE_S = 0.05
"""After a batch that failed: a server that is away is not asked without end."""

CALL_NS = 200_000
"""More than a call costs by itself; only to tell whether a batch fits into the warm-up."""

T = TypeVar("T")


class Batch:
    """n calls: when each was sent and answered (0: not yet), and the work done meanwhile."""

    __slots__ = ("done_ns", "sent_ns", "units")

    def __init__(self, waits: int) -> None:
        self.sent_ns = [0] * waits
        self.done_ns = [0] * waits
        self.units = 0


class Program(ABC):
    """A way to make calls.  It works whenever it waits and nothing else is to be done."""

    def __init__(self, address: tuple[str, int], at_once: int, unit: Unit | None) -> None:
        self.address, self.at_once, self.unit = address, at_once, unit
        self.sockets: list[socket.socket] = []

    @property
    def connections(self) -> int:
        """How many it needs: one for each call under way."""
        return self.at_once

    def open(self) -> None:
        """Connect; OSError where the system or the server does not allow so much."""
        for _ in range(self.connections):
            self.sockets.append(connected(self.address))

    @abstractmethod
    def run(self, batch: Batch) -> None:
        """Make the batch's calls; return when all are answered, OSError where one is not."""

    def cancel(self) -> None:
        """Have whoever waits for an answer wake up without one; from any thread."""
        for one in list(self.sockets):
            with contextlib.suppress(OSError):  # it was not connected any more
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of everything, also of what `open` had begun; nobody may wait any more."""
        for one in self.sockets:
            one.close()
        self.sockets.clear()


def connected(address: tuple[str, int]) -> socket.socket:
    """A connection that sends small messages at once."""
    found = socket.create_connection(address)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def receive(connection: socket.socket) -> None:
    """Block until a whole message has come; ConnectionError where the server is gone."""
    missing = len(MESSAGE)
    while missing:
        data = connection.recv(missing)
        if not data:
            raise ConnectionError("the server has closed the connection")
        missing -= len(data)


class CallerTarget(BaseTarget):
    """One program; its connections are opened after memory was read without them."""

    is_caller = True
    program_type: type[Program]
    is_serial = False

    async def start(self, _: int) -> int:
        raise_descriptors()
        own = self.load.own
        self.unit = UNITS[own.work]
        self.unit_ns = cost_ns(self.unit) if self.unit is not None else 0
        (server,) = self.parts["server"]
        self.server = server.host, server.port
        self._thread = ThreadPoolExecutor(1, "program")
        self.program: Program | None = None
        return 0

    async def stop(self) -> None:
        if self.program is not None:
            await self._closed(self.program)

    async def _closed(self, program: Program) -> None:
        """Only its own thread closes it, after whatever it still does there."""
        program.cancel()
        await self._in_thread(program.close)

    def counts(self) -> dict[str, float]:
        # The loop's thread: it writes down what was measured, and does nothing of the program's.
        return {"caller.harness_ns": time.thread_time_ns(), "caller.unit_ns": self.unit_ns}

    async def try_call(self) -> None:
        """One call, with all that the program does for it."""
        program = self.program_type(self.server, 1, None)
        batch = Batch(1)
        try:
            await self._in_thread(program.open)
            await self._in_thread(lambda: program.run(batch))
        finally:
            await self._closed(program)
        if batch.done_ns[0] - batch.sent_ns[0] < self.load.own.wait_time_s * 1e9:
            raise ConnectionError("the answer came too early")

    async def call(self, begin: Begin) -> None:
        alarm = Alarm(asyncio.get_running_loop())
        try:
            await self._opened()
            await alarm.until(begin.start_ns)
            if now_ns() + self._expected_ns() < begin.t0_ns:
                await self._run(Batch(self.load.own.waits))
            await alarm.until(begin.t0_ns + AFTER_T0_NS)
            sequence = 0
            while now_ns() < begin.t1_ns:
                await self._batch(sequence, begin.t1_ns)
                sequence += 1
        finally:
            alarm.close()

    async def _opened(self) -> None:
        own = self.load.own
        self.program = self.program_type(self.server, own.under_way, self.unit)
        await self._in_thread(self.program.open)

    def _expected_ns(self) -> float:
        own = self.load.own
        waves = own.waits if self.is_serial else -(-own.waits // own.under_way)
        return float(waves * own.wait_time_s * 1e9 + own.waits * CALL_NS)

    async def _batch(self, sequence: int, t1_ns: int) -> None:
        batch, began_ns = Batch(self.load.own.waits), now_ns()
        try:
            await self._run(batch)
        except OSError as error:
            self.failed(error)
            self._add("batch", FAILED, sequence, began_ns, began_ns, 0, now_ns(), 0, 0)
            await self._again(t1_ns)
            return
        self._record(batch, sequence, began_ns)

    async def _run(self, batch: Batch) -> None:
        program = self.program
        assert program is not None
        await self._in_thread(lambda: program.run(batch))

    async def _again(self, t1_ns: int) -> None:
        """Connect anew, after a pause, until that is possible or the window is over."""
        assert self.program is not None
        is_open = False
        while not is_open and now_ns() < t1_ns:
            await self._closed(self.program)
            await asyncio.sleep(PAUSE_S)
            with contextlib.suppress(ConnectionError):
                await self._opened()
                is_open = True

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    # --- rows -----------------------------------------------------------------------------------

    def _record(self, batch: Batch, sequence: int, began_ns: int) -> None:
        ended_ns = max(batch.done_ns)
        for sent_ns, done_ns in zip(batch.sent_ns, batch.done_ns, strict=True):
            self._add("wait", OK, sequence, began_ns, sent_ns, done_ns, done_ns, 0, 0)
        self._add(
            "batch",
            OK,
            sequence,
            began_ns,
            batch.sent_ns[0],
            min(batch.done_ns),
            ended_ns,
            batch.units,
            round(batch.units * self.unit_ns / 1e3),
        )

    def _add(self, operation: str, outcome: int, sequence: int, *values: int) -> None:
        self.recorder.add(self.recorder.code(operation), outcome, 0, sequence, *values)
