"""One AMQP 0-9-1 connection with one channel, on an event loop.

Knows no queue and no exchange.  Heartbeats are off: they would fall among the bytes counted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import unquote, urlsplit

from pamqp import commands, header
from pamqp.base import Frame

from bench.brokers.amqp_frames import FRAME_LIMIT, OnMessage, Parser, ProtocolError, marshal

Reply = TypeVar("Reply", bound=Frame)

CLOSE_SECONDS = 5.0
CAPABILITIES: dict[str, Any] = {
    "capabilities": {
        "authentication_failure_close": True,
        "basic.nack": True,
        "consumer_cancel_notify": True,
        "publisher_confirms": True,
    }
}
ENDINGS = (commands.Connection.Close, commands.Channel.Close, commands.Basic.Cancel)


def _no_message(body: bytes, tag: int, is_again: bool) -> None:  # noqa: ARG001
    raise ProtocolError("a message came that nobody had asked for")


class Connection(asyncio.Protocol):
    """`await open(url)`, then `ask` and `send`; `ended` is done when it is gone.

    What comes unasked goes to `on_message` and `on_method`.  Where the broker closes the
    connection or the channel its reason is the `error`.
    """

    def __init__(
        self, on_message: OnMessage = _no_message, on_method: Callable[[Any], None] | None = None
    ) -> None:
        self._parser = Parser(on_message, self._said)
        self._on_method = on_method or (lambda _: None)
        self._replies: deque[tuple[type[Any], asyncio.Future[Any]]] = deque()
        self._writable = asyncio.Event()
        self._writable.set()
        self.transport: asyncio.Transport | None = None
        self.frame_limit = FRAME_LIMIT
        self.error: ConnectionError | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # --- what asyncio calls -----------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed(data)
        except ConnectionError as error:
            self._fail(error)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, reason: Exception | None) -> None:
        words = str(reason) if reason else "the broker closed the connection"
        self.error = self.error or ConnectionError(words)
        self._writable.set()
        for _, future in self._replies:
            if not future.done():
                future.set_exception(self.error)
        self._replies.clear()
        if not self.ended.done():
            self.ended.set_result(None)

    # --- for who uses it --------------------------------------------------------------------

    async def open(self, url: str) -> None:
        """Connect to amqp://user:password@host:port/vhost, and open the channel."""
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(
            lambda: self, parts.hostname or "127.0.0.1", parts.port or 5672
        )
        self.transport = transport
        await self._ask_bytes(header.ProtocolHeader().marshal(), commands.Connection.Start)
        login = f"\0{unquote(parts.username or 'guest')}\0{unquote(parts.password or 'guest')}"
        start_ok = commands.Connection.StartOk(CAPABILITIES, "PLAIN", login, "en_US")
        tune = await self.ask(start_ok, commands.Connection.Tune)
        self.frame_limit = min(tune.frame_max or FRAME_LIMIT, FRAME_LIMIT)
        self.send(marshal(commands.Connection.TuneOk(1, self.frame_limit, 0)))
        vhost = unquote(parts.path.removeprefix("/")) or "/"
        await self.ask(commands.Connection.Open(vhost), commands.Connection.OpenOk)
        await self.ask(commands.Channel.Open(), commands.Channel.OpenOk)

    async def ask(self, method: Frame, reply: type[Reply]) -> Reply:
        """Send a method and return its reply; ConnectionError with the broker's words."""
        return cast("Reply", await self._ask_bytes(marshal(method), reply))

    async def _ask_bytes(self, data: bytes, reply: type[Any]) -> Any:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._replies.append((reply, future))
        self.send(data)
        return await future

    def send(self, data: bytes) -> None:
        """Write; ConnectionError where the connection is gone."""
        if self.error is not None or self.transport is None:
            raise self.error or ConnectionError("not connected")
        self.transport.write(data)

    async def drained(self) -> None:
        """Return when what was written fits into the buffers: the socket's back-pressure."""
        if not self._writable.is_set():
            await self._writable.wait()

    async def close(self) -> None:
        """Say good-bye, and be gone in any case."""
        if self.error is None and self.transport is not None:
            try:
                bye = commands.Connection.Close(200, "", 0, 0)
                await asyncio.wait_for(
                    self.ask(bye, commands.Connection.CloseOk), timeout=CLOSE_SECONDS
                )
            except (OSError, TimeoutError):
                pass
        if self.transport is not None:
            self.transport.close()

    def _said(self, method: Any) -> None:
        if isinstance(method, ENDINGS):
            text = getattr(method, "reply_text", "") or "the broker cancelled the consumer"
            raise ConnectionError(text)
        if self._replies and isinstance(method, self._replies[0][0]):
            _, future = self._replies.popleft()
            if not future.done():
                future.set_result(method)
            return
        self._on_method(method)

    def _fail(self, error: ConnectionError) -> None:
        self.error = self.error or error
        if self.transport is not None:
            self.transport.abort()
