"""A consumer that may be killed at any time: it deals with one event after the other.

To deal with an event takes a while and ends with a record of it; only then is it acknowledged.
A message that is no event (poison) is written down and rejected; RabbitMQ keeps it in a queue of
its own.
"""

from __future__ import annotations

import asyncio
import struct

from bench.brokers.ends import Subscriber
from bench.clock import Alarm, now_ns
from bench.model.messages import Address, Values
from bench.plan.arrivals import SECOND_NS
from targets._target import BaseTarget
from targets.event_delivery._journal import RECEIVED, REFUSED, Journal, read
from targets.event_delivery._publisher import NUMBER, OPEN_SECONDS, RETRY_S, let_go

SUBSCRIBED, AWAY = b"1", b"0"
Message = tuple[Subscriber, bytes, int]
"""From whom it came, its bytes, and its tag."""


class ConsumerTarget(BaseTarget):
    """Comes back by itself when its broker is gone."""

    service = ""

    def make_subscriber(self, after: int) -> Subscriber:
        """A subscriber that is not connected, and gives to `self.take`.

        `after` is the place of the newest event that was dealt with; -1 where there is none.
        """
        raise NotImplementedError

    @property
    def broker(self) -> Values:
        return self.services[self.service]

    @property
    def name(self) -> str:
        """What the publisher sends to."""
        return self.parts["publisher"][0].more["name"]

    @property
    def prefetch(self) -> int:
        """Events that may be unacknowledged; 0 where none is acknowledged."""
        return self.load.own.prefetch if self.load.own.is_acknowledged else 0

    @property
    def comes_again(self) -> bool:
        """Whether the broker sends again what was not dealt with when a connection is lost."""
        return bool(self.prefetch)

    # --- start and end ------------------------------------------------------------------------

    async def start(self, port: int) -> int:
        self.data.mkdir(parents=True, exist_ok=True)
        self._place = max((place for _, _, place in read(self.data / RECEIVED)), default=-1)
        self._received = Journal(self.data / RECEIVED)
        self._refused = Journal(self.data / REFUSED)
        self._line: asyncio.Queue[Message] = asyncio.Queue()
        self._alarm = Alarm(asyncio.get_running_loop())
        self._subscriber: Subscriber | None = None
        await self._subscribe()
        self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._stay())]
        server = await asyncio.start_server(self._say, self.host, port)
        self._server = server
        return int(server.sockets[0].getsockname()[1])

    def address(self, port: int) -> Address:
        return Address(self.host, port, more={"folder": str(self.data)})

    async def _say(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Tell who asks whether it is subscribed now."""
        is_there = self._subscriber is not None and not self._subscriber.ended.done()
        writer.write(SUBSCRIBED if is_there and self._line.empty() else AWAY)
        writer.close()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._server.close()
        if self._subscriber is not None:
            await let_go(self._subscriber)
        self._alarm.close()

    # --- events -------------------------------------------------------------------------------

    async def _subscribe(self) -> None:
        """As often as it takes."""
        while True:
            subscriber = self.make_subscriber(self._place)
            self._subscriber = subscriber
            try:
                await asyncio.wait_for(subscriber.open(), OPEN_SECONDS)
            except Exception as error:  # a broker that starts says many things
                self.failed(error)
                await let_go(subscriber)
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def _stay(self) -> None:
        while True:
            assert self._subscriber is not None
            await asyncio.wait((self._subscriber.ended,))
            await let_go(self._subscriber)
            await self._subscribe()

    def take(self, body: bytes, _: int, tag: int) -> None:
        """An event, in line."""
        assert self._subscriber is not None
        self._line.put_nowait((self._subscriber, body, tag))

    async def _work(self) -> None:
        own = self.load.own
        work_ns, settle_ns = (
            round(seconds * SECOND_NS) for seconds in (own.work_time_s, own.settle_time_s)
        )
        while True:
            subscriber, body, tag = await self._line.get()
            if subscriber is not self._subscriber and self.comes_again:
                continue  # it cannot be acknowledged any more
            await self._alarm.until(now_ns() + work_ns)
            try:
                (number,) = NUMBER.unpack_from(body)
            except struct.error:
                self._refused.add(len(body), now_ns())
                subscriber.reject(tag)
                continue
            self._received.add(number, now_ns(), self.place_of(tag))
            self._place = max(self._place, self.place_of(tag))
            await self._alarm.until(now_ns() + settle_ns)
            subscriber.acknowledge(tag)

    def place_of(self, tag: int) -> int:  # noqa: ARG002 - of a stream it is the tag
        """The place of an event at the broker; -1 where it has none."""
        return -1
