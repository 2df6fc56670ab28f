"""The WHATWG event-stream format, read as the standard says.  Pure.

Bytes in, events out, whatever the cuts between reads.  Knows nothing of HTTP.
"""

from __future__ import annotations

from typing import NamedTuple


class StreamEvent(NamedTuple):
    """A dispatched event; `id` is the last event id at that moment."""

    data: bytes
    type: bytes
    id: bytes


class EventStreamParser:
    """Feed it reads; it returns the events that each one completes."""

    __slots__ = ("_data", "_rest", "_skip_lf", "_started", "_type", "last_id", "retry_ms")

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._type = b""
        self._skip_lf = False
        self._started = False
        self.last_id = b""
        self.retry_ms: int | None = None

    def feed(self, read: bytes) -> list[StreamEvent]:
        """The events completed by these bytes, in order."""
        text = self._rest + read if self._rest else read
        if not self._started:
            # One byte order mark may lead the stream; it may come in pieces.
            if len(text) < 3 and b"\xef\xbb\xbf".startswith(text):
                self._rest = text
                return []
            self._started = True
            text = text.removeprefix(b"\xef\xbb\xbf")
        if b"\r" in text or self._skip_lf:
            text = self._unify_line_ends(text)
        lines = text.split(b"\n")
        self._rest = lines.pop()
        events: list[StreamEvent] = []
        for line in lines:
            if line:
                self._field(line)
            elif self._data:
                events.append(
                    StreamEvent(b"\n".join(self._data), self._type or b"message", self.last_id)
                )
                self._data = []
                self._type = b""
            else:
                self._type = b""
        return events

    def _unify_line_ends(self, text: bytes) -> bytes:
        """CR LF and CR become LF; a CR at a read's end may still get its LF."""
        if self._skip_lf and text:
            text = text.removeprefix(b"\n")
            self._skip_lf = False
        if text.endswith(b"\r"):
            self._skip_lf = True
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _field(self, line: bytes) -> None:
        name, colon, value = line.partition(b":")
        if not name:  # a comment
            return
        if colon and value[:1] == b" ":
            value = value[1:]
        if name == b"data":
            self._data.append(value)
        elif name == b"id":
            if b"\0" not in value:
                self.last_id = value
        elif name == b"event":
            self._type = value
        elif name == b"retry" and value.isdigit():
            self.retry_ms = int(value)
