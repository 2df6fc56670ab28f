"""The events of `fan_out`: made by schedule or in a closed loop, and sent one after the other.

An event that is late keeps its scheduled time.  None is kept once it was sent.  Knows nothing of
how an event is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import Any

from bench.clock import Alarm, now_ns
from bench.model.payload import encode
from bench.model.samples import EVERY
from bench.plan import arrivals
from targets._events import EventSource

TURN_EVERY = 16
"""A closed loop gives the event loop a turn after so many events: confirms must be read."""

Send = Callable[[int, bytes], Awaitable[None]]
"""Takes an event's sequence number and its bytes; returns when the publisher is free again."""


class Source(EventSource):
    """Each event is for everybody; `busy_ns` is the publisher's time with all of them."""

    def __init__(self, load: Any, seed: int, send: Send, settle: Callable[[], Awaitable[None]]):
        super().__init__(load, seed)
        self._send, self._settle = send, settle
        self.busy_ns = self.sent = 0
        self._probe: asyncio.Task[None] | None = None

    def _make(self, intended_ns: int) -> tuple[int, bytes]:
        feed = self.feed_of(EVERY)
        feed.last += 1
        published_ns = now_ns()
        self._note(EVERY, feed.last, intended_ns, published_ns)
        size = self._load.own.payload_bytes
        return feed.last, encode(feed.last, intended_ns, published_ns, size)

    def publish_now(self, client: int) -> int:  # noqa: ARG002 - each event is for everybody
        sequence, body = self._make(now_ns())

        async def send() -> None:
            await self._send(sequence, body)

        self._probe = asyncio.create_task(send())
        return sequence

    async def _emit(self, intended_ns: int) -> None:
        sequence, body = self._make(intended_ns)
        began_ns = now_ns()
        await self._send(sequence, body)
        self.busy_ns += now_ns() - began_ns
        self.sent += 1

    async def run(self, start_ns: int, end_ns: int) -> None:
        """Publish from start to end; then see to what was not taken yet."""
        alarm = Alarm(asyncio.get_running_loop())
        try:
            if self._load.own.event_rate_per_s:
                await self._by_schedule(start_ns, end_ns, alarm)
            else:
                await self._in_closed_loop(start_ns, end_ns, alarm)
            await self._settle()
        except Exception as error:
            self.failure = f"publisher: {type(error).__name__}: {error}"
        finally:
            alarm.close()

    async def _by_schedule(self, start_ns: int, end_ns: int, alarm: Alarm) -> None:
        for due_ns in self._due_ns(start_ns, end_ns):
            if due_ns <= self._logged_to_ns:
                continue
            if due_ns <= self._resumed_ns:
                self._miss(EVERY, due_ns)
                continue
            await alarm.until(due_ns)
            await self._emit(due_ns)

    def _due_ns(self, start_ns: int, end_ns: int) -> Iterator[int]:
        for offset_ns in arrivals.constant(self._load.own.event_rate_per_s):
            if start_ns + offset_ns >= end_ns:
                return
            yield start_ns + offset_ns

    async def _in_closed_loop(self, start_ns: int, end_ns: int, alarm: Alarm) -> None:
        await alarm.until(start_ns)
        for number in count(1):
            now = now_ns()
            if now >= end_ns:
                return
            await self._emit(now)
            if number % TURN_EVERY == 0:
                await asyncio.sleep(0)
