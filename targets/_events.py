"""What happens in the backend: one seeded stream of events, published by schedule.

Every notification target shares it, so that all patterns tell of the same
events at the same times.  Open loop: a slow delivery never delays the next
event's scheduled time, and an event that is published late keeps it.
Knows nothing of how an event reaches a client.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

from bench.clock import Alarm, now_ns
from bench.model.payload import encode
from bench.model.samples import EVERY
from bench.plan import arrivals
from targets._event_log import EventLog

KEPT_EVENTS = 100_000
"""Events that all feeds together keep for clients that come back (about 25 MB at 100 B)."""

LEAST_KEPT = 16
"""Events that each feed keeps, however many feeds there are."""


class Event:
    """One event of a feed, as published."""

    __slots__ = ("payload", "sequence")

    def __init__(self, sequence: int, payload: bytes) -> None:
        self.sequence = sequence
        self.payload = payload


class Herds:
    """How long all who waited at a feed take to wait there again after an event.

    An event that comes before they do is `inside`; what such events prolong is not timed.
    """

    def __init__(self) -> None:
        self.count = self.total_ns = self.inside = 0
        self._all = 0
        self._left_ns = 0
        self._is_simple = False

    def leave(self, waiting: int) -> None:
        """An event wakes so many."""
        if not self._all:  # nobody has ever waited
            return
        self._is_simple = waiting >= self._all
        self.inside += not self._is_simple
        self._left_ns = self._left_ns if self._left_ns and not self._is_simple else now_ns()

    def gather(self, waiting: int) -> None:
        """So many wait now."""
        if waiting < self._all:
            return
        self._all = waiting
        if self._left_ns and self._is_simple:
            self.count += 1
            self.total_ns += now_ns() - self._left_ns
        self._left_ns = 0


class Feed:
    """The events meant for one audience, in order; sequence numbers from 1 without gaps."""

    def __init__(self, kept: int) -> None:
        """It keeps the last `kept` events."""
        self.last = 0
        self._kept: deque[Event] = deque(maxlen=kept)
        self._waiting: dict[asyncio.Future[None], None] = {}
        self.herds = Herds()

    def append(self, event: Event) -> None:
        """Add the next event and wake whoever waits for it."""
        self._kept.append(event)
        self.last = event.sequence
        waiting, self._waiting = self._waiting, {}
        self.herds.leave(len(waiting))
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, sequence: int, timeout_s: float | None = None) -> list[Event]:
        """The events after `sequence`, as soon as there is one; [] at the timeout."""
        # A feed that was begun anew has nothing for those who missed something before.
        if self.last <= sequence or not self._kept:
            loop = asyncio.get_running_loop()
            waiter = loop.create_future()
            self._waiting[waiter] = None
            self.herds.gather(len(self._waiting))
            timer = loop.call_later(timeout_s, _wake, waiter) if timeout_s is not None else None
            try:
                await waiter
            finally:
                self._waiting.pop(waiter, None)
                if timer is not None:
                    timer.cancel()
        return self.since(sequence)

    def since(self, sequence: int) -> list[Event]:
        """The kept events after `sequence`, oldest first."""
        missing = min(self.last - sequence, len(self._kept))
        if missing <= 0:
            return []
        if missing == 1:
            return [self._kept[-1]]
        first = len(self._kept) - missing
        return [self._kept[index] for index in range(first, len(self._kept))]


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _keep(audience: int, event: Event) -> None:
    """Whoever waits at the feed has been woken; nothing else to do."""


class EventSource:
    """Publishes events to feeds and keeps the record of what was published when.

    `deliver(audience, event)` is for transports that are told of each event
    instead of waiting at a feed.
    """

    def __init__(self, load: Any, seed: int, deliver: Callable[[int, Event], None] = _keep) -> None:
        self._load = load
        self._seed = seed
        self._deliver = deliver
        self._feeds: dict[int, Feed] = {}
        self._log: EventLog | None = None
        self._logged_to_ns = self._resumed_ns = -1
        # A load that does not say for whom means everybody.
        self.for_all = getattr(load.own, "audience", "every") == "every"
        feeds = 1 if self.for_all else load.window.clients
        self._kept = max(LEAST_KEPT, KEPT_EVENTS // feeds)
        self.published = 0
        self.failure = ""

    def feed_of(self, client: int) -> Feed:
        """The feed that a client listens to."""
        key = EVERY if self.for_all else client
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = Feed(self._kept)
        return feed

    def keep_log(self, path: Path) -> None:
        """Record events there; where it has some, go on after them."""
        self._log = EventLog(path)
        for row in self._log:
            self.feed_of(row.audience).last = row.sequence
            self.published += 1
            self._logged_to_ns = max(self._logged_to_ns, row.intended_ns)
        if self.published:
            self._resumed_ns = now_ns()

    def close_log(self) -> None:
        """Nothing more will be published."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def publish(self, audience: int, intended_ns: int, size: int) -> Event:
        """Make the next event for `audience` (EVERY or a client) and hand it on."""
        feed = self.feed_of(audience)
        published_ns = now_ns()
        sequence = feed.last + 1
        event = Event(sequence, encode(sequence, intended_ns, published_ns, size))
        feed.append(event)
        self._note(audience, sequence, intended_ns, published_ns)
        self._deliver(audience, event)
        return event

    def _note(self, audience: int, sequence: int, intended_ns: int, published_ns: int) -> None:
        if self._log is not None:
            self._log.append(audience, sequence, intended_ns, published_ns)
        self.published += 1

    def _miss(self, audience: int, due_ns: int) -> None:
        """An event that was due while nobody was there: it has a number, and reaches nobody."""
        feed = self.feed_of(audience)
        feed.last += 1
        self._note(audience, feed.last, due_ns, 0)

    def publish_now(self, client: int) -> int | None:
        """One event outside the schedule, to check the pattern; returns its sequence.

        None where it is not this source that makes events.
        """
        audience = EVERY if self.for_all else client
        return self.publish(audience, now_ns(), self._load.own.payload_bytes).sequence

    def schedule(self) -> Iterator[tuple[int, int]]:
        """Endless (offset_ns, size_bytes) by the load's schedule."""
        load = self._load
        if load.own.schedule == "trace":
            points = arrivals.read_trace(
                Path(load.own.trace).read_text().splitlines(), load.own.trace
            )
            return _repeated(points)
        times = (
            arrivals.poisson(load.own.event_rate_per_s, self._seed)
            if load.own.schedule == "poisson"
            else arrivals.constant(load.own.event_rate_per_s)
        )
        return zip(times, repeat(load.own.payload_bytes), strict=False)

    async def run(self, start_ns: int, end_ns: int) -> None:
        """Publish by schedule from start to end, however late.

        A source that goes on after another leaves out what that one published.
        """
        alarm = Alarm(asyncio.get_running_loop())
        chance = random.Random(self._seed)
        try:
            for offset_ns, size in self.schedule():
                due_ns = start_ns + offset_ns
                if due_ns >= end_ns:
                    return
                audience = EVERY if self.for_all else chance.randrange(self._load.window.clients)
                if due_ns <= self._logged_to_ns:
                    continue
                if due_ns <= self._resumed_ns:
                    self._miss(audience, due_ns)
                    continue
                # Gives the loop a turn even when late: what was published must get out.
                await alarm.until(due_ns)
                self.publish(audience, due_ns, size)
        except Exception as error:
            self.failure = f"event source: {type(error).__name__}: {error}"
        finally:
            alarm.close()


def _repeated(points: list[arrivals.TracePoint]) -> Iterator[tuple[int, int]]:
    """A trace again and again; its length is its last offset plus its mean gap."""
    span = points[-1].offset_ns + max(1, points[-1].offset_ns // max(1, len(points) - 1))
    base = 0
    while True:
        for point in points:
            yield base + point.offset_ns, point.size_bytes
        base += span
