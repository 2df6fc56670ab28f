"""A publisher to a broker.  What is refused or not confirmed is sent again; knows no broker.

A publisher that is refused an event sends no new one before the broker has taken it: that is
how a full queue slows it down.  What it keeps is the window, and nothing beyond.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import deque

from bench.brokers.ends import Publisher
from bench.model.messages import Address, Values
from targets.fan_out._publisher import PublishingTarget

REFUSED_PAUSE_S = 0.005
"""Before what was refused is sent again: a queue that is full stays full for a while."""

LOST_PAUSE_S = 0.02
"""Between two tries to come back to a broker that is gone."""


class BrokerTarget(PublishingTarget):
    """One connection to the broker; a pattern says which broker, and makes the publisher."""

    service = ""
    publisher: Publisher | None = None

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)
        # Trials share a broker, and all trials of a repeat share their seed.
        self.name = f"fan-out-{secrets.token_hex(6)}"
        self._unconfirmed: dict[int, bytes] = {}
        self._again: deque[int] = deque()

    def make_publisher(self) -> Publisher:
        """A publisher that is not connected; its answers go to `self.answered`."""
        raise NotImplementedError

    @property
    def broker(self) -> Values:
        """Where the broker is."""
        return self.services[self.service]

    def address(self, port: int) -> Address:  # noqa: ARG002 - clients connect to the broker
        more = {name: str(value) for name, value in self.broker.items()} | {"name": self.name}
        return Address(str(self.broker["host"]), int(self.broker["port"] or 0), more=more)

    async def start(self, port: int) -> int:  # noqa: ARG002
        self.publisher = self.make_publisher()
        await self.publisher.open()
        return 0

    async def stop(self) -> None:
        if self.publisher is not None:
            await self.publisher.close()

    # --- sending ------------------------------------------------------------------------------

    def answered(self, sequence: int, is_taken: bool) -> None:
        """The broker's answer to an event."""
        if is_taken:
            self._unconfirmed.pop(sequence, None)
        else:
            self.refused += 1
            self._again.append(sequence)

    async def send(self, sequence: int, body: bytes) -> None:
        await self._send_again()
        await self._send_one(sequence, body)
        await self._send_again()

    async def settle(self) -> None:
        while self.publisher is not None:
            try:
                await self.publisher.settled()
            except ConnectionError as error:
                await self._come_back(error)
            if not self._again:
                return
            await self._send_again()

    async def _send_again(self) -> None:
        while self._again:
            await asyncio.sleep(REFUSED_PAUSE_S)
            for _ in range(len(self._again)):
                sequence = self._again.popleft()
                await self._send_one(sequence, self._unconfirmed[sequence])

    async def _send_one(self, sequence: int, body: bytes) -> None:
        assert self.publisher is not None
        if self.publisher.window is not None:
            self._unconfirmed[sequence] = body
        try:
            await self.publisher.publish(body, sequence)
        except ConnectionError as error:
            self.send_failed(error)
            await self._come_back(error)

    async def _come_back(self, _: ConnectionError) -> None:
        """Connect again, as often as it takes; whatever was not confirmed is sent again."""
        while True:
            await asyncio.sleep(LOST_PAUSE_S)
            publisher = self.make_publisher()
            try:
                await publisher.open()
            except OSError:
                with contextlib.suppress(OSError):
                    await publisher.close()
                continue
            self.publisher = publisher
            self._again = deque(self._unconfirmed)
            return
