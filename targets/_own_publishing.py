"""The ways in which an event is handed over to a server that is not ours, as its description says.

Knows neither when an event is due nor what becomes of it.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any

import aiohttp

from bench.brokers.amqp import Connection
from bench.brokers.amqp_frames import MessageFrames
from bench.brokers.amqp_methods import Method
from bench.brokers.refusals import explained
from bench.certificates import trusting
from bench.model.messages import Values
from bench.model.ownserver import OwnServer, ca_file_of, fill, is_broker, is_secure
from bench.model.ownserver.filling import (
    BYTES,
    CLIENT,
    FOLDER,
    HOST,
    PAYLOAD,
    PORT,
    SEQUENCE,
    fill_address,
    secrets_in,
)
from bench.model.samples import EVERY
from targets._events import Event

POST_SECONDS = 10.0


class PublishError(OSError):
    """The server did not take an event."""


class Publisher(ABC):
    """One way to hand an event over; `publish` raises PublishError where it cannot be."""

    def __init__(self, own: OwnServer, server: Values) -> None:
        """`server` is its address, with the folder in which the description lay."""
        self.own, self.folder = own, str(server[FOLDER])
        url = own.publish.url
        self.tls: Any = trusting(ca_file_of(own, self.folder)) if is_secure(url) else True
        self.place = {name: str(server[name]) for name in (HOST, PORT)} | secrets_in(server)

    def filled(self, text: str, audience: int, event: Event) -> str:
        values = {
            PAYLOAD: event.payload.decode(),
            SEQUENCE: str(event.sequence),
            BYTES: str(len(event.payload)),
            CLIENT: "" if audience == EVERY else str(audience),
        }
        return fill(text, self.place | values)

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


class ToBroker(Publisher):
    """To an exchange of an AMQP broker, which confirms each event before the next is published.

    The connection is opened again where it was lost.
    """

    _connection: Connection | None = None
    _answer: asyncio.Future[str]
    """Done when the broker has taken the event (""), or says why no queue has."""

    async def publish(self, audience: int, event: Event) -> None:
        publish = self.own.publish
        exchange, key, body = (
            self.filled(text, audience, event)
            for text in (publish.exchange, publish.routing_key, publish.body)
        )
        connection = await self._opened()
        frames = MessageFrames(exchange, key, is_persistent=False, is_mandatory=True)
        self._answer = asyncio.get_running_loop().create_future()
        either: set[asyncio.Future[Any]] = {self._answer, connection.ended}
        try:
            async with asyncio.timeout(POST_SECONDS):
                await connection.drained()
                connection.send(frames.of(body.encode(), connection.frame_limit))
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            why = connection.blocked or f"no confirm in {POST_SECONDS:g} s"
            raise PublishError(f"publish.url: the broker takes no event ({why})") from None
        except OSError as error:
            raise PublishError(f"publish.url: {explained(error)}") from None
        if connection.error is not None:
            raise PublishError(f"publish.exchange = {exchange}: {explained(connection.error)}")
        if refusal := self._answer.result():
            raise PublishError(
                f"publish.exchange = {exchange}: no queue took an event with routing_key "
                f"{key!r} ({refusal}); correct the key, or bind a queue to it"
            )

    async def _opened(self) -> Connection:
        """The connection, which confirms; PublishError where there can be none."""
        if self._connection is not None and self._connection.error is None:
            return self._connection
        connection = Connection(on_method=self._said, on_return=self._came_back)
        url = fill_address(self.own.publish.url, self.place)
        tls = self.tls if is_secure(url) else None
        try:
            await connection.open(url, seconds=POST_SECONDS, tls=tls)
            await connection.ask("confirm.select")
        except OSError as error:
            raise PublishError(f"publish.url: {explained(error)}") from None
        self._connection = connection
        return connection

    def _said(self, method: Method) -> None:
        if method.name in ("basic.ack", "basic.nack") and not self._answer.done():
            self._answer.set_result("" if method.name == "basic.ack" else "it was refused")

    def _came_back(self, returned: Method, _: bytes) -> None:
        """No queue has it; the confirm that follows says only that it was dealt with."""
        if not self._answer.done():
            self._answer.set_result(returned["text"])

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()


def kind_of(own: OwnServer) -> type[Publisher]:
    """The way in which a description has events handed over."""
    if own.publish.command:
        return Commanding
    if is_broker(own.publish.url):
        return ToBroker
    return Sending if own.publish.url.startswith("ws") else Posting
