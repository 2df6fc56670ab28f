"""A publisher that may be killed at any time: its events wait in an outbox, and it goes on there.

It writes down what it is about to send, and what the broker has confirmed.  With confirms,
whoever comes back sends again what was not confirmed; without, it takes for sent what it had
begun to send.  Knows no broker.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import struct
from collections import deque
from itertools import count, takewhile

from bench.brokers.ends import NO_CONFIRMS, Publisher, Subscriber
from bench.clock import Alarm, now_ns
from bench.model.messages import Address, Values
from bench.plan import arrivals
from targets._target import BaseTarget
from targets.event_delivery._journal import CONFIRMED, PUBLISHED, Journal, read, say

NUMBER = struct.Struct("<q")
PROBE = 0
"""The number of the event of the verification; the others count from 1."""

ASKED, GO, DONE, NAME = "asked", "go", "done", "name"
PAUSE_S, REFUSED_PAUSE_S = 0.02, 0.005
RETRY_S = 0.1
"""Between two tries to connect: a broker that starts needs the core that it shares with us."""

OPEN_SECONDS, CLOSE_SECONDS = 10.0, 2.0


async def let_go(end: Publisher | Subscriber) -> None:
    """Close a connection as far as that can be done: its broker may be dead."""
    with contextlib.suppress(Exception):
        await asyncio.wait_for(end.close(), CLOSE_SECONDS)


class PublisherTarget(BaseTarget):
    """Publishes each event when it is due, or as soon as it is back."""

    service = ""
    has_confirms = True
    """Whether the broker confirms messages."""

    publisher: Publisher | None = None

    def make_publisher(self) -> Publisher:
        """A publisher that is not connected; its answers go to `self.answered`."""
        raise NotImplementedError

    @property
    def broker(self) -> Values:
        """Where the broker is."""
        return self.services[self.service]

    @property
    def window(self) -> int:
        """Events that may be unconfirmed; NO_CONFIRMS where none is confirmed."""
        own = self.load.own
        return own.confirm_window if self.has_confirms and own.is_confirmed else NO_CONFIRMS

    # --- start and end ------------------------------------------------------------------------

    async def start(self, port: int) -> int:
        self.data.mkdir(parents=True, exist_ok=True)
        if not (self.data / NAME).exists():
            # Trials share a broker, and all trials of a repeat share their seed.
            say(self.data / NAME, f"event-delivery-{secrets.token_hex(6)}")
        self.name = (self.data / NAME).read_text()
        self._read_outbox()
        await self._come_back()
        self._going = asyncio.create_task(self._go())
        return port

    def _read_outbox(self) -> None:
        begun = [number for number, _, _ in read(self.data / PUBLISHED)]
        confirmed = {number for number, _, _ in read(self.data / CONFIRMED)}
        self._next = max(begun, default=PROBE - 1) + 1
        is_waiting = self.window != NO_CONFIRMS
        self._unconfirmed = {one: None for one in begun if is_waiting and one not in confirmed}
        self._again = deque[int]()
        self._published = Journal(self.data / PUBLISHED)
        self._confirmed = Journal(self.data / CONFIRMED)

    def address(self, port: int) -> Address:
        more = {"folder": str(self.data), "name": self.name}
        return Address(self.host, port, more=more)

    async def stop(self) -> None:
        self._going.cancel()
        if self.publisher is not None:
            self.publisher.keeps = False  # the trial is over
            await let_go(self.publisher)

    # --- events -------------------------------------------------------------------------------

    async def _go(self) -> None:
        """The event of the verification when it is asked for, then all others when they are due."""
        alarm = Alarm(asyncio.get_running_loop())
        try:
            if self._next == PROBE:
                await self._told(ASKED)
                await self._send(PROBE)
            plan = json.loads(await self._told(GO))
            start_ns, end_ns = plan["start_ns"], plan["t1_ns"]
            offsets = arrivals.constant(self.load.own.event_rate_per_s)
            due = takewhile(lambda one: one < end_ns, (start_ns + offset for offset in offsets))
            await self._send_again()
            for number, due_ns in zip(count(PROBE + 1), due, strict=False):
                if number >= self._next:
                    await alarm.until(due_ns)
                    await self._send(number)
            await self._settle()
            say(self.data / DONE, "")
        finally:
            alarm.close()

    async def _told(self, what: str) -> str:
        """The text of a file, once it is there."""
        while not (self.data / what).exists():
            await asyncio.sleep(PAUSE_S)
        return (self.data / what).read_text()

    async def _send(self, number: int) -> None:
        self._published.add(number, now_ns())
        self._next = number + 1
        if self.window != NO_CONFIRMS:
            self._unconfirmed[number] = None
        await self._send_one(number)
        await self._send_again()

    async def _send_one(self, number: int) -> None:
        """Hand it to the broker; where that is gone, come back, and send it then."""
        body = NUMBER.pack(number).ljust(self.load.own.payload_bytes, b".")
        while True:
            assert self.publisher is not None
            try:
                await self.publisher.publish(body, number)
            except Exception as error:  # whatever a library says where its broker is gone
                self.failed(error)
                await self._come_back()
                if number in self._unconfirmed:
                    return  # it is among those that are sent again
            else:
                return

    async def _send_again(self) -> None:
        """What was refused, or was not confirmed when the connection was lost."""
        while self._again:
            number = self._again.popleft()
            if number in self._unconfirmed:
                await self._send_one(number)

    async def _settle(self) -> None:
        """Return when every event is confirmed; at once where none is."""
        while True:
            await self._send_again()
            assert self.publisher is not None
            try:
                await self.publisher.settled()
            except Exception as error:
                self.failed(error)
                await self._come_back()
            if not self._again:
                return
            await asyncio.sleep(REFUSED_PAUSE_S)

    def answered(self, number: int, is_taken: bool) -> None:
        """The broker's answer to an event."""
        if not is_taken:
            self._again.append(number)
        elif number in self._unconfirmed:
            del self._unconfirmed[number]
            self._confirmed.add(number, now_ns())

    async def _come_back(self) -> None:
        """Connect, as often as it takes; what was not confirmed is to be sent again."""
        while True:
            publisher = self.make_publisher()
            # What the broker holds outlives a publisher, also one that fails to connect: the
            # consumer has not read all of it.
            publisher.keeps = True
            try:
                await asyncio.wait_for(publisher.open(), OPEN_SECONDS)
            except Exception as error:  # a broker that starts says many things
                self.failed(error)
                await let_go(publisher)
                await asyncio.sleep(RETRY_S)
                continue
            self.publisher = publisher
            self._again = deque(self._unconfirmed)
            return
