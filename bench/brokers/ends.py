"""What every broker's publisher and subscriber have in common.

A publisher may have a window of messages that the broker has not confirmed yet; when it is full,
`publish` waits: that is its back-pressure.  Knows no broker and no protocol.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any, cast

Answer = Callable[[int, bool], None]
"""Takes a message's cookie, and whether the broker took the message (confirmed, not refused)."""

Sink = Callable[[bytes, int, int], None]
"""Takes a message's bytes, when the loop got them (ns), and the tag by which it is acknowledged."""

NO_CONFIRMS = 0
"""The window of a publisher that asks for no confirms: it waits for its socket only."""


def _ignore(_: int, __: bool) -> None:
    """Nobody wants to know."""


def watch(reading: asyncio.Task[Any] | None, is_over: Callable[[], None] | None) -> None:
    """Tell when a library reads no more from a connection; nothing where it hides what reads.

    Where writing fails first, libraries may stop reading and call none of their callbacks.
    """

    def ended(task: asyncio.Task[Any]) -> None:
        if not task.cancelled():
            task.exception()  # it has been seen: nobody is to complain of it
        if is_over is not None:
            is_over()

    if reading is not None:
        reading.add_done_callback(ended)


class Window:
    """Messages that are under way to the broker: at most `size` of them, by key in order."""

    def __init__(self, size: int, on_answer: Answer = _ignore) -> None:
        if size < 1:
            raise ValueError(f"a window of {size}: it must be 1 or more")
        self.size = size
        self._on_answer = on_answer
        self._open: dict[int, int] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._error: Exception | None = None

    def __len__(self) -> int:
        return len(self._open)

    async def room(self) -> None:
        """Return when another message may be sent; ConnectionError where the broker is gone."""
        await self._until(self.size - 1)

    async def empty(self) -> None:
        """Return when every message is answered."""
        await self._until(0)

    async def _until(self, most: int) -> None:
        while len(self._open) > most and self._error is None:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter
        if self._error is not None:
            raise self._error

    def put(self, key: int, cookie: int) -> None:
        """A message was sent."""
        self._open[key] = cookie

    def answered(self, key: int, is_taken: bool) -> None:
        """The broker has answered one message; an answer to none is passed over."""
        if key in self._open:
            cookie = self._open.pop(key)
            self._on_answer(cookie, is_taken)
            self._wake()

    def answered_up_to(self, last: int, is_taken: bool) -> None:
        """The broker has answered all messages up to this key."""
        # Keys grow, and they stand in the order in which they came.
        for key in list(takewhile(lambda one: one <= last, self._open)):
            self._on_answer(self._open.pop(key), is_taken)
        self._wake()

    def broken(self, error: Exception) -> list[int]:
        """Nothing more will be answered; the cookies of messages whose fate is unknown."""
        self._error = error
        unknown, self._open = list(self._open.values()), {}
        self._wake()
        return unknown

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


class Publisher(ABC):
    """Sends messages.  `window` is NO_CONFIRMS, or how many may be unconfirmed at once.

    With a window of 1 `publish` returns when the broker has confirmed; with a larger one when
    the message is written and fewer than `window` are under way.  Every method raises
    ConnectionError where the broker is gone or refuses to talk.
    """

    keeps = False
    """Whether what messages are sent to (an exchange, a stream) stays when this one closes."""

    def __init__(self, window: int = NO_CONFIRMS, on_answer: Answer = _ignore) -> None:
        self.window = Window(window, on_answer) if window != NO_CONFIRMS else None

    @abstractmethod
    async def open(self) -> None:
        """Connect, and have what messages are sent to."""

    @abstractmethod
    async def publish(self, body: bytes, cookie: int = 0) -> None:
        """Send one message; `cookie` is given back with the broker's answer."""

    async def settled(self) -> None:
        """Return when every message is answered; at once where nothing is confirmed."""
        if self.window is not None:
            await self.window.empty()

    @abstractmethod
    async def close(self) -> None:
        """Let go of the connection and, unless `keeps`, delete what messages were sent to."""


class Subscriber(ABC):
    """Receives messages; `sink(body, read_ns, tag)` is called for each in the order of arrival."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the connection is gone, for whatever reason."""

    @abstractmethod
    async def open(self) -> None:
        """Connect and subscribe: the next message comes."""

    def acknowledge(self, tag: int) -> None:  # noqa: B027 - where nothing is acknowledged
        """A message was dealt with, where the broker wants to know that."""

    def reject(self, tag: int) -> None:  # noqa: B027 - where nothing is acknowledged
        """A message can never be dealt with: the broker is not to send it again."""

    @abstractmethod
    def transports(self) -> Sequence[asyncio.BaseTransport]:
        """The connection's transport; none where there is none just now."""

    @abstractmethod
    async def close(self) -> None:
        """Unsubscribe and let go of the connection; also after a failed `open`."""

    def abort(self) -> None:
        """Be gone without a word, as a process that was killed."""
        for transport in self.transports():
            # uvloop's transports are of no class of asyncio's.
            cast("asyncio.WriteTransport", transport).abort()

    def _is_over(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
