"""A receiver that is subscribed at a broker.  Knows no broker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from bench.brokers.ends import Sink, Subscriber
from scenarios.fan_out._receiver import Receiver


class BrokerReceiver(Receiver):
    """Each receiver has a connection of its own; a pattern makes its subscriber.

    One that is dead has subscribed and is gone: what the broker keeps for it stays there.
    """

    abstract = True
    subscriber: Subscriber | None = None
    _descriptor = -1

    def make_subscriber(self, sink: Sink) -> Subscriber:
        """A subscriber that is not connected."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The name of what is subscribed to: an exchange, a stream, a subject, a channel."""
        return self.session.address.more["name"]

    async def connect(self) -> None:
        subscriber = self.subscriber = self.make_subscriber(self._take)
        await subscriber.open()
        (transport,) = subscriber.transports()
        self._descriptor = self.session.wire.opens(transport)
        subscriber.ended.add_done_callback(lambda _: self._counted())

    def _take(self, body: bytes, read_ns: int, tag: int) -> None:
        subscriber = self.subscriber
        assert subscriber is not None
        self.take(body, read_ns, lambda: subscriber.acknowledge(tag))

    def _counted(self) -> None:
        """Once: afterwards the descriptor is another socket's."""
        descriptor, self._descriptor = self._descriptor, -1
        self.session.wire.closes(descriptor)

    def transports(self) -> Sequence[asyncio.Transport]:
        found = self.subscriber.transports() if self.subscriber is not None else ()
        return cast("Sequence[asyncio.Transport]", found)

    async def live(self) -> None:
        assert self.subscriber is not None
        if self.is_dead:
            self._counted()
            self.subscriber.abort()
            await asyncio.Event().wait()
        await self.subscriber.ended

    async def close(self) -> None:
        self.stop_working()
        self._counted()
        if self.subscriber is not None:
            await self.subscriber.close()
