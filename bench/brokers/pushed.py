"""What NATS and Redis push to a subscriber, from bytes to messages.  Does no input or output.

A client library takes tens of microseconds for each message; with hundreds of subscribers in one
process that would be what is measured.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.limits import MOST_BYTES

OnMessage = Callable[[bytes], None]
END = b"\r\n"
LONGEST_LINE, MOST_DIGITS = 65_536, 12


class ProtocolError(ConnectionError):
    """The peer broke the protocol, or said that it will not go on."""


class NatsParser:
    """Lines of NATS: payloads of MSG go to `on_message`, all other lines to `on_line`."""

    def __init__(self, on_message: OnMessage, on_line: Callable[[bytes], None]) -> None:
        self._on_message, self._on_line = on_message, on_line
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what was read; ProtocolError where it is no NATS."""
        if self._rest:
            data = self._rest + data
        at = 0
        while (end := data.find(END, at)) >= 0:
            if data.startswith(b"MSG ", at):
                first = end + len(END)
                last = first + _number(data[data.rfind(b" ", at, end) + 1 : end])
                if last + len(END) > len(data):
                    break
                self._on_message(data[first:last])
                at = last + len(END)
            else:
                self._on_line(data[at:end])
                at = end + len(END)
        self._rest = data[at:]
        if end < 0 and len(self._rest) > LONGEST_LINE:
            raise ProtocolError(f"a line without an end: {self._rest[:20]!r}")


class RedisParser:
    """Pushes of one channel: payloads go to `on_message`; its confirmation to `on_subscribed`."""

    def __init__(
        self, channel: bytes, on_message: OnMessage, on_subscribed: Callable[[], None]
    ) -> None:
        self._message = b"*3\r\n$7\r\nmessage\r\n$%d\r\n%s\r\n$" % (len(channel), channel)
        self._subscribed = b"*3\r\n$9\r\nsubscribe\r\n$%d\r\n%s\r\n:1\r\n" % (len(channel), channel)
        self._on_message, self._on_subscribed = on_message, on_subscribed
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what was read; ProtocolError where Redis says something else."""
        if self._rest:
            data = self._rest + data
        at, head = 0, len(self._message)
        while True:
            if data.startswith(self._message, at):
                end = data.find(END, at + head)
                if end < 0:
                    _number(data[at + head :].rstrip(END) or b"0")
                    break
                first = end + len(END)
                last = first + _number(data[at + head : end])
                if last + len(END) > len(data):
                    break
                self._on_message(data[first:last])
                at = last + len(END)
            elif data.startswith(self._subscribed, at):
                self._on_subscribed()
                at += len(self._subscribed)
            else:
                self._check(data[at : at + head])
                break
        self._rest = data[at:]

    def _check(self, begun: bytes) -> None:
        """What is not whole must be the beginning of something that may come."""
        if not (
            self._message.startswith(begun)
            or self._subscribed.startswith(begun[: len(self._subscribed)])
        ):
            raise ProtocolError(f"Redis said {begun[:60]!r}")


def _number(text: bytes) -> int:
    """A message's length; a negative one would have the same bytes read for ever."""
    if not text.isdigit() or len(text) > MOST_DIGITS or int(text) > MOST_BYTES:
        raise ProtocolError(f"no length of a message: {text[:20]!r}")
    return int(text)
