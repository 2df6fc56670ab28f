"""Publishes an experiment's events to a server that is not ours, as its description says.

The schedule, the payloads and the record of what was published when are those of our own
targets.  Knows nothing of how the server tells its clients, nor of what an event is for.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from bench.certificates import trusting
from bench.clock import Alarm
from bench.model.messages import Address, Values
from bench.model.ownserver import (
    DESCRIBED,
    SEEN_ONLY,
    UNTIMED,
    OwnServer,
    ca_file_of,
    fill,
    is_secure,
    read,
)
from bench.model.ownserver.filling import BYTES, CLIENT, FOLDER, HOST, PAYLOAD, PORT, SEQUENCE
from bench.model.samples import EVERY
from targets._events import Event, EventSource
from targets._serve import BaseTarget

POST_SECONDS = 10.0
LAST_NS = 500_000_000
"""How long after the window what a server published by itself may still arrive."""


def described_in(services: Mapping[str, Values]) -> tuple[Values, OwnServer | None]:
    """The address of the described server, and what describes it; nothing in another trial."""
    for address in services.values():
        if DESCRIBED in address:
            return address, read(str(address[DESCRIBED]))
    return {}, None


class PublishError(OSError):
    """The server did not take an event."""


class Publisher(ABC):
    """One way to hand an event over; `publish` raises PublishError where it cannot be."""

    def __init__(self, own: OwnServer, host: str, port: int, folder: str) -> None:
        """`folder` is where the description lay."""
        self.own, self.folder = own, folder
        self.tls: Any = trusting(ca_file_of(own, folder)) if is_secure(own.publish.url) else True
        self._place = {HOST: host, PORT: str(port)}

    def filled(self, text: str, audience: int, event: Event) -> str:
        values = {
            PAYLOAD: event.payload.decode(),
            SEQUENCE: str(event.sequence),
            BYTES: str(len(event.payload)),
            CLIENT: "" if audience == EVERY else str(audience),
        }
        return fill(text, self._place | values)

    @abstractmethod
    async def publish(self, audience: int, event: Event) -> None: ...

    async def close(self) -> None:  # noqa: B027 - a hook
        """Let go of connections."""


class Posting(Publisher):
    """POST, over one connection that is kept: events keep their order."""

    _session: aiohttp.ClientSession | None = None

    async def publish(self, audience: int, event: Event) -> None:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(POST_SECONDS)
            connector = aiohttp.TCPConnector(limit=1, force_close=False)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        publish = self.own.publish
        url = self.filled(publish.url, audience, event)
        headers = {
            name: self.filled(text, audience, event) for name, text in publish.headers.items()
        }
        body = self.filled(publish.body, audience, event).encode()
        try:
            async with self._session.post(url, data=body, headers=headers, ssl=self.tls) as reply:
                said = await reply.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PublishError(f"POST {url}: {type(error).__name__} {error}") from None
        if reply.status >= 400:
            words = said[:80].decode(errors="replace")
            raise PublishError(f"POST {url}: HTTP {reply.status} {words}")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class Sending(Publisher):
    """Messages over one WebSocket, which is opened again where it was lost."""

    _session: aiohttp.ClientSession | None = None
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _reading: asyncio.Task[None] | None = None

    async def publish(self, audience: int, event: Event) -> None:
        url = self.filled(self.own.publish.url, audience, event)
        try:
            socket = await self._open(url, audience, event)
            await socket.send_str(self.filled(self.own.publish.body, audience, event))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise PublishError(f"{url}: {type(error).__name__} {error}") from None

    async def _open(self, url: str, audience: int, event: Event) -> aiohttp.ClientWebSocketResponse:
        if self._socket is not None and not self._socket.closed:
            return self._socket
        publish = self.own.publish
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(POST_SECONDS))
        headers = {name: self.filled(one, audience, event) for name, one in publish.headers.items()}
        self._socket = await self._session.ws_connect(url, headers=headers, ssl=self.tls)
        if publish.say:
            await self._socket.send_str(self.filled(publish.say, audience, event))
        self._reading = asyncio.create_task(_read_on(self._socket))
        return self._socket

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self._session is not None:
            await self._session.close()


async def _read_on(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Answer pings, and notice the end; what the server says is not for the publisher."""
    async for _ in socket:
        pass


class Commanding(Publisher):
    """A program for each event; the next one starts when it has ended."""

    async def publish(self, audience: int, event: Event) -> None:
        words = [self.filled(word, audience, event) for word in self.own.publish.command]
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                cwd=self.folder,
            )
        except OSError as error:
            raise PublishError(f"publish.command: {words[0]}: {error.strerror}") from None
        if code := await process.wait():
            raise PublishError(f"publish.command: {words[0]} ended with exit code {code}")


def kind_of(own: OwnServer) -> type[Publisher]:
    """The way in which a description has events handed over."""
    if own.publish.command:
        return Commanding
    return Sending if own.publish.url.startswith("ws") else Posting


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
        more = {name: str(server[name]) for name in (DESCRIBED, FOLDER)}
        return Address(str(server[HOST]), int(str(server[PORT])), more=more)


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
        host, number = str(self.server["host"]), int(str(self.server["port"]))
        self.publisher = kind_of(self.own)(self.own, host, number, str(self.server[FOLDER]))
        self.sending = asyncio.create_task(self.send())
        return 0

    def address(self, port: int) -> Address:  # noqa: ARG002
        server = self.server
        more = {name: str(server[name]) for name in (DESCRIBED, FOLDER)}
        return Address(str(server["host"]), int(str(server["port"])), more=more)

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
