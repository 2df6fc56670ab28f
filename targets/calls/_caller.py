"""The caller of every pattern of `calls`: calls one after the other, or at random times.

It is a process of its own, so that what the client library costs is metered by itself.
Knows no format: a pattern writes `open`, `ask` and `close`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from bench.clock import Alarm, now_ns
from bench.model.messages import Begin
from bench.model.samples import FAILED, OK, PENDING
from bench.plan import arrivals
from targets._target import BaseTarget
from targets.calls import _order
from targets.calls._messages import MessageTime

AFTER_T0_NS = 1_000_000
"""The window's first calls begin so long after it: what is read at its beginning has been read."""

PAUSE_S = 0.01
"""After a call that failed: a server that is away is not asked without end."""

Found = Sequence[_order.Values] | bytes
"""What the program wanted of each line; bytes where nobody reads them."""

Answer = tuple[Found, int]
"""What was found in a message, and the message's bytes."""


class CallerTarget(BaseTarget):
    """As many callers as the load has clients, in one process; each makes one call at a time."""

    is_caller = True
    request_bytes = 0
    """The bytes of a request's message, without what carries it."""

    longest_ns = 0
    """The longest call so far, that of the verification included."""

    async def start(self, _: int) -> int:
        self.messages = MessageTime()
        self.prepare()
        await self.open(*self.place())
        return 0

    def prepare(self) -> None:
        """Know what is asked for, and what must be found."""
        own = self.load.own
        self.fields = _order.needed(own.needed_fields)
        self.wanted = self.expected(_order.lines(own.lines))

    def place(self) -> tuple[str, int]:
        """Where the server is."""
        (server,) = self.parts["server"]
        return server.host, server.port

    # --- what a pattern writes ----------------------------------------------------------------

    async def open(self, host: str, port: int) -> None:
        """Have the client library ready."""
        raise NotImplementedError

    async def ask(self, client: int) -> Answer:
        """One call, its answer read; OSError or TimeoutError where it fails.

        What is done to messages is done inside `with self.messages`.
        """
        raise NotImplementedError

    def expected(self, order: Sequence[_order.Line]) -> Found:
        """What `ask` must find."""
        return _order.values_of(order, self.fields)

    def counts(self) -> dict[str, float]:
        return self.messages.counts("caller")

    # --- calls --------------------------------------------------------------------------------

    async def try_call(self) -> None:
        began_ns = now_ns()
        found, _ = await self.ask(0)
        self.longest_ns = now_ns() - began_ns
        self.verify(found)

    def verify(self, found: Found) -> None:
        """ConnectionError where an answer is not what was wanted."""
        if found != self.wanted:
            raise ConnectionError(f"another order came back: {str(found)[:80]}")

    def check(self, found: Found) -> None:
        """The same of every call, as far as it takes no time."""
        if len(found) != len(self.wanted):
            raise ConnectionError(f"an answer of {len(found)} came, not of {len(self.wanted)}")

    async def call(self, begin: Begin) -> None:
        alarm = Alarm(asyncio.get_running_loop())
        try:
            await asyncio.gather(
                *(self._calls(client, begin, alarm) for client in range(self.load.window.clients))
            )
        finally:
            alarm.close()

    async def _calls(self, client: int, begin: Begin, alarm: Alarm) -> None:
        await alarm.until(begin.start_ns)
        if self.load.own.call_rate_per_s:
            for sequence, due_ns in enumerate(self._due_ns(client, begin)):
                await alarm.until(due_ns)
                await self._call(client, sequence, due_ns)
            return
        sequence = 0
        while (now := now_ns()) < begin.t1_ns:
            if begin.t0_ns - 2 * self.longest_ns < now <= begin.t0_ns:
                # No call reaches over the window's beginning: what is counted is of whole calls.
                await alarm.until(begin.t0_ns + AFTER_T0_NS)
                continue
            await self._call(client, sequence, now)
            sequence += 1

    def _due_ns(self, client: int, begin: Begin) -> Iterator[int]:
        """When this caller's share of all calls is due."""
        rate = self.load.own.call_rate_per_s / self.load.window.clients
        for due_ns in arrivals.poisson(rate, self.seed * 1_000_003 + client):
            if begin.start_ns + due_ns >= begin.t1_ns:
                return
            yield begin.start_ns + due_ns

    async def _call(self, client: int, sequence: int, intended_ns: int) -> None:
        sent_ns, outcome, size = now_ns(), PENDING, 0
        try:
            found, size = await self.ask(client)
            self.check(found)
            outcome = OK
            self.messages.calls += 1
        except (OSError, TimeoutError) as error:
            outcome = FAILED
            self.failed(error)
        finally:
            done_ns, up = now_ns(), self.request_bytes
            self.longest_ns = max(self.longest_ns, done_ns - sent_ns)
            code = self.recorder.code("call")
            self.recorder.add(
                code, outcome, client, sequence, intended_ns, sent_ns, done_ns, done_ns, up, size
            )
        if outcome == FAILED:
            await asyncio.sleep(PAUSE_S)
