"""One AMQP 0-9-1 connection with one channel, on an event loop.

Knows no queue and no exchange.  A broker that closes the connection or the channel, cancels the
consumer, breaks the protocol or falls silent ends it, and its reason is the `error`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from bench.brokers.amqp_frames import (
    BEAT,
    FRAME_LIMIT,
    OnMessage,
    OnReturn,
    Parser,
    ignore_return,
    method_frame,
)
from bench.brokers.amqp_methods import METHODS, Method
from bench.brokers.amqp_values import ProtocolError

HELLO = b"AMQP\0\0\x09\x01"
OPEN_SECONDS, CLOSE_SECONDS = 30.0, 5.0
PORT, TLS_PORT = 5672, 5671
CAPABILITIES = {
    "authentication_failure_close": True,
    "basic.nack": True,
    "connection.blocked": True,
    "consumer_cancel_notify": True,
    "publisher_confirms": True,
}

NO_HEARTBEATS = 0
"""They would fall among the bytes that a trial counts."""

BEATS_OF_SILENCE = 4
"""After so many halves of the agreed interval without a byte the broker is taken for gone."""


class BrokerClosed(ConnectionError):
    """The broker said that it ends the connection or the channel, and with which number."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text or f"the broker closed the connection (code {code})")
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Login:
    """What amqp://user:password@host:port/vhost?heartbeat=SECONDS says."""

    host: str
    port: int
    user: str
    password: str
    vhost: str
    beat_s: int | None
    is_secure: bool

    @classmethod
    def of(cls, url: str) -> Login:
        """What is left out is RabbitMQ's default; ValueError where it is no such address."""
        parts = urlsplit(url)
        if parts.scheme not in ("amqp", "amqps"):
            raise ValueError(f"{url}: not an address; write amqp://user:password@host/")
        is_secure = parts.scheme == "amqps"
        beats = parse_qs(parts.query).get("heartbeat")
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (TLS_PORT if is_secure else PORT),
            user=unquote(parts.username or "guest"),
            password=unquote(parts.password or "guest"),
            vhost=unquote(parts.path.removeprefix("/")) or "/",
            beat_s=int(beats[0]) if beats else None,
            is_secure=is_secure,
        )


def _no_message(body: bytes, tag: int, is_again: bool) -> None:  # noqa: ARG001
    raise ProtocolError("a message came that nobody had asked for")


class Connection(asyncio.Protocol):
    """`await open(url)`, then `ask` and `send`; `ended` is done when it is gone.

    What comes unasked goes to `on_message`, `on_return` and `on_method`.  `beat_s` is the
    most that may pass between two signs of life; an address and a broker may ask for less.
    """

    def __init__(
        self,
        on_message: OnMessage = _no_message,
        on_method: Callable[[Method], None] | None = None,
        on_return: OnReturn = ignore_return,
        *,
        beat_s: int = NO_HEARTBEATS,
        wants_properties: bool = False,
    ) -> None:
        self.parser = Parser(on_message, self._said, on_return, wants_properties=wants_properties)
        self._on_method = on_method or (lambda _: None)
        self._replies: deque[tuple[str, asyncio.Future[Method]]] = deque()
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_full = False
        self._beats: asyncio.TimerHandle | None = None
        self._has_heard, self._silent = True, 0
        self.beat_s = beat_s
        self.transport: asyncio.Transport | None = None
        self.frame_limit = FRAME_LIMIT
        self.blocked = ""
        """Why the broker takes no messages just now: its memory or disk is short."""
        self.error: ConnectionError | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # --- what asyncio calls -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._has_heard = True
        try:
            self.parser.feed(data)
        except ConnectionError as error:
            self._fail(error)

    def pause_writing(self) -> None:
        self._is_full = True
        self._writable.clear()

    def resume_writing(self) -> None:
        self._is_full = False
        self._let_write()

    def connection_lost(self, reason: Exception | None) -> None:
        words = str(reason) if reason else "the broker closed the connection"
        self.error = self.error or ConnectionError(words)
        if self._beats is not None:
            self._beats.cancel()
        self._writable.set()
        for _, future in self._replies:
            if not future.done():
                future.set_exception(self.error)
        self._replies.clear()
        if not self.ended.done():
            self.ended.set_result(None)

    # --- for who uses it --------------------------------------------------------------------

    async def open(
        self, url: str, *, seconds: float = OPEN_SECONDS, tls: ssl.SSLContext | None = None
    ) -> None:
        """Connect, log in and open the channel; ConnectionError where it takes longer.

        amqps:// is TLS; `tls` is for a broker whose certificate is not one of the system's.
        """
        login = Login.of(url)
        if login.is_secure and tls is None:
            tls = ssl.create_default_context()
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().create_connection(
                    lambda: self, login.host, login.port, ssl=tls if login.is_secure else None
                )
                await self._log_in(login)
        except TimeoutError:
            self.abort()
            raise ConnectionError(f"no answer from the broker in {seconds:g} s") from None
        except BaseException:
            self.abort()
            raise

    async def _log_in(self, login: Login) -> None:
        await self._reply("connection.start", HELLO)
        tune = await self._reply(
            "connection.tune",
            method_frame(
                "connection.start-ok",
                properties={"capabilities": CAPABILITIES},
                mechanism="PLAIN",
                response=f"\0{login.user}\0{login.password}",
                locale="en_US",
            ),
        )
        self.frame_limit = min(tune["frame_max"] or FRAME_LIMIT, FRAME_LIMIT)
        mine = self.beat_s if login.beat_s is None else login.beat_s
        # The broker's 0 leaves it to the client; the client's 0 is none at all.
        self.beat_s = min(mine, tune["heartbeat"] or mine)
        self.send(
            method_frame(
                "connection.tune-ok",
                channel_max=1,
                frame_max=self.frame_limit,
                heartbeat=self.beat_s,
            )
        )
        await self.ask("connection.open", host=login.vhost)
        await self.ask("channel.open")
        if self.beat_s:
            self._has_heard = True
            self._beat()

    async def ask(self, name: str, **values: Any) -> Method:
        """Send a method and return its reply; ConnectionError with the broker's words."""
        return await self._reply(f"{name}-ok", method_frame(name, **values))

    async def _reply(self, name: str, data: bytes) -> Method:
        assert name in METHODS, name
        future: asyncio.Future[Method] = asyncio.get_running_loop().create_future()
        self._replies.append((name, future))
        self.send(data)
        return await future

    def send(self, data: bytes) -> None:
        """Write; ConnectionError where the connection is gone."""
        if self.error is not None or self.transport is None:
            raise self.error or ConnectionError("not connected")
        self.transport.write(data)

    async def drained(self) -> None:
        """Return when more may be written: the socket's back-pressure, and the broker's."""
        if not self._writable.is_set():
            await self._writable.wait()

    async def close(self) -> None:
        """Say good-bye, and be gone in any case."""
        if self.error is None and self.transport is not None:
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(
                    self.ask("connection.close", code=200), timeout=CLOSE_SECONDS
                )
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """Be gone without a word."""
        if self.transport is not None:
            self.transport.abort()

    # --- what the broker says -----------------------------------------------------------------

    def _said(self, method: Method) -> None:
        if self._replies and method.name == self._replies[0][0]:
            _, future = self._replies.popleft()
            if not future.done():
                future.set_result(method)
            return
        match method.name:
            case "connection.close" | "channel.close":
                self._answer(f"{method.name}-ok")
                raise BrokerClosed(method["code"], method["text"])
            case "basic.cancel":
                raise ConnectionError("the broker cancelled the consumer")
            case "connection.blocked":
                self.blocked = method["reason"] or "no reason given"
                self._writable.clear()
            case "connection.unblocked":
                self.blocked = ""
                self._let_write()
            case _:
                self._on_method(method)

    def _answer(self, name: str) -> None:
        if self.transport is not None:
            self.transport.write(method_frame(name))

    def _let_write(self) -> None:
        if not self._is_full and not self.blocked:
            self._writable.set()

    def _fail(self, error: ConnectionError) -> None:
        self.error = self.error or error
        if self.transport is None:
            return
        if isinstance(error, BrokerClosed):
            self.transport.close()  # after the broker has its answer
        else:
            self.transport.abort()

    def _beat(self) -> None:
        """Twice in the agreed interval: give a sign of life, and look whether there was one."""
        self._silent = 0 if self._has_heard else self._silent + 1
        self._has_heard = False
        if self.error is not None or self.transport is None:
            return
        if self._silent >= BEATS_OF_SILENCE:
            self._fail(ConnectionError(f"nothing from the broker for {2 * self.beat_s} s"))
            return
        self.transport.write(BEAT)
        loop = asyncio.get_running_loop()
        self._beats = loop.call_later(self.beat_s / 2, self._beat)
