"""Publishes an experiment's events to a server that is not ours, as its description says.

The schedule, the payloads and the record of what was published when are those of our own
targets.  Knows nothing of how the server tells its clients, nor of what an event is for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bench.clock import Alarm
from bench.model.messages import Address, Values
from bench.model.ownserver import DESCRIBED, SEEN_ONLY, UNTIMED, OwnServer, read
from bench.model.ownserver.filling import FOLDER, HOST, PORT, secrets_in
from targets._events import Event, EventSource
from targets._own_publishing import PublishError, kind_of
from targets._target import BaseTarget

LAST_NS = 500_000_000
"""How long after the window what a server published by itself may still arrive."""


def described_in(services: Mapping[str, Values]) -> tuple[Values, OwnServer | None]:
    """The address of the described server, and what describes it; nothing in another trial."""
    for address in services.values():
        if DESCRIBED in address:
            return address, read(str(address[DESCRIBED]))
    return {}, None


def address_of(server: Values) -> Address:
    """Where clients find it, with all that they must know to ask it."""
    more = {name: str(server[name]) for name in (DESCRIBED, FOLDER)} | secrets_in(server)
    return Address(str(server[HOST]), int(str(server[PORT])), more=more)


class SilentSource(EventSource):
    """The server publishes by itself: nobody here knows what, nor has a record of it."""

    async def run(self, start_ns: int, end_ns: int) -> None:  # noqa: ARG002
        """Nothing, until what was published in the window should have arrived."""
        alarm = Alarm(asyncio.get_running_loop())
        try:
            await alarm.until(end_ns + LAST_NS)
        finally:
            alarm.close()

    def publish_now(self, client: int) -> None:
        """The next event will be the server's."""

    def keep_log(self, path: Path) -> None:
        """There is none."""


class Guide(BaseTarget):
    """A part that only tells clients where the server is, and how it is asked."""

    async def start(self, port: int) -> int:  # noqa: ARG002 - nobody calls it
        return 0

    def address(self, port: int) -> Address:  # noqa: ARG002
        server, _ = described_in(self.services)
        return address_of(server)


class OwnTarget(BaseTarget):
    """The part that publishes; clients connect to the server itself.

    Where an event cannot be handed over that is counted, and the next one is tried.
    """

    source: EventSource
    refusal = ""
    """Why the latest event that could not be handed over was not."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.server, self.own = described_in(self.services)
        self.outbox: asyncio.Queue[tuple[int, Event]] = asyncio.Queue()
        if self.own is not None and self.own.publish.by_itself:
            self.source = SilentSource(self.load, self.seed)
            self.facts = {SEEN_ONLY: True, UNTIMED: self.own.is_untimed}
        else:
            self.source = EventSource(self.load, self.seed, self.deliver)

    async def start(self, port: int) -> int:  # noqa: ARG002 - clients connect to the server
        assert self.own is not None, "a trial gives it a described server"
        self.publisher = kind_of(self.own)(self.own, self.server)
        self.sending = asyncio.create_task(self.send())
        return 0

    def address(self, port: int) -> Address:  # noqa: ARG002
        return address_of(self.server)

    def deliver(self, audience: int, event: Event) -> None:
        self.outbox.put_nowait((audience, event))

    async def send(self) -> None:
        """Hand over in order what the source has made."""
        while True:
            audience, event = await self.outbox.get()
            try:
                await self.publisher.publish(audience, event)
            except PublishError as error:
                self.refusal = str(error)
                self.failed(error)
            finally:
                self.outbox.task_done()

    async def until_published(self) -> None:
        await self.outbox.join()
        if self.refusal:
            raise PublishError(self.refusal)

    async def stop(self) -> None:
        self.sending.cancel()
        await asyncio.gather(self.sending, return_exceptions=True)
        await self.publisher.close()
