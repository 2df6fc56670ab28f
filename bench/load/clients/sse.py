"""The WHATWG event-stream format, read as the standard says.  Pure.

Bytes in, events out, whatever the cuts between reads.  An event of more than MOST_BYTES is a
StreamError.  Knows nothing of HTTP.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bench.limits import MOST_BYTES

LONE_EVENT = re.compile(rb"id: ([^\r\n\0]*)\ndata: ([^\r\n]*)\n\n").fullmatch
"""What nearly every read is: one write of the server, one event."""


LONGEST_KEPT = 4096
"""Bytes of the longest read that is kept to be recognized."""

LONGEST_RETRY = 18
"""Digits of a pause in ms that is taken for one: three hundred million years."""


class StreamError(ConnectionError):
    """An event that does not end."""


class StreamEvent(NamedTuple):
    """A dispatched event; `id` is the last event id at that moment."""

    data: bytes
    type: bytes
    id: bytes


class _Known:
    """The last read that was one whole event, and that event: a broadcast is told to thousands."""

    __slots__ = ("event", "read")

    def __init__(self) -> None:
        self.read = b"id: \ndata: \n\n"
        self.event = StreamEvent(b"", b"message", b"")


_known = _Known()


def _lone_event(read: bytes) -> StreamEvent | None:
    """The event where the read is one, in the form that nearly every server writes."""
    if read == _known.read:
        return _known.event
    lone = LONE_EVENT(read)
    if lone is None:
        return None
    event = StreamEvent(lone[2], b"message", lone[1])
    if len(read) <= LONGEST_KEPT:
        _known.read, _known.event = read, event
    return event


class EventStreamParser:
    """Feed it reads; it returns the events that each one completes."""

    __slots__ = (
        "_at_start_of_event",
        "_begun",
        "_data",
        "_id",
        "_kept",
        "_rest",
        "_skip_lf",
        "_started",
        "_type",
        "last_id",
        "retry_ms",
    )

    def __init__(self, last_id: bytes = b"") -> None:
        self._rest = b""
        self._begun: list[bytes] = []
        self._kept = 0
        self._data: list[bytes] = []
        self._type = b""
        self._skip_lf = False
        self._started = False
        self._at_start_of_event = False
        self._id = self.last_id = last_id
        self.retry_ms: int | None = None

    def feed(self, read: bytes) -> list[StreamEvent]:
        """The events completed by these bytes, in order; StreamError where one does not end."""
        if self._at_start_of_event and (event := _lone_event(read)) is not None:
            self._id = self.last_id = event.id
            return [event]
        if self._rest and self._goes_on(read):
            return []
        text = b"".join((self._rest, *self._begun, read)) if self._rest else read
        self._begun.clear()
        if not self._started:
            # One byte order mark may lead the stream; it may come in pieces.
            if len(text) < 3 and b"\xef\xbb\xbf".startswith(text):
                self._rest = text
                return []
            self._started = True
            text = text.removeprefix(b"\xef\xbb\xbf")
        if b"\r" in text or self._skip_lf:
            text = self._unify_line_ends(text)
        *lines, self._rest = text.split(b"\n")
        events: list[StreamEvent] = []
        data = self._data
        for line in lines:
            # What nearly every line is, first: this is the hot path.
            if line[:6] == b"data: ":
                data.append(line[6:])
                continue
            if line:
                self._field(line)
                continue
            # An id counts from the end of its event on: half an event was not seen.
            self.last_id = self._id
            if data:
                whole = data[0] if len(data) == 1 else b"\n".join(data)
                events.append(StreamEvent(whole, self._type or b"message", self.last_id))
                data.clear()
            self._type = b""
        self._at_start_of_event = not (self._rest or data or self._type or self._skip_lf)
        self._keep(read, 0 if events else self._kept)
        return events

    def _goes_on(self, read: bytes) -> bool:
        """Whether no line ends in it; then it is kept apart, for to join it copies the line."""
        if not self._started or b"\n" in read or b"\r" in read:
            return False
        self._begun.append(read)
        self._keep(read, self._kept)
        return True

    def _keep(self, read: bytes, before: int) -> None:
        """Count what the event under way has taken, where there is one."""
        self._kept = before + len(read) if self._rest or self._data else 0
        if self._kept > MOST_BYTES:
            raise StreamError(f"an event of more than {MOST_BYTES} bytes")

    def _unify_line_ends(self, text: bytes) -> bytes:
        """CR LF and CR become LF; a CR at a read's end may still get its LF."""
        if self._skip_lf and text:
            text = text.removeprefix(b"\n")
            self._skip_lf = False
        if text.endswith(b"\r"):
            self._skip_lf = True
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _field(self, line: bytes) -> None:
        if line[:4] == b"id: " and b"\0" not in line:
            self._id = line[4:]
            return
        name, colon, value = line.partition(b":")
        if not name:  # a comment
            return
        if colon and value[:1] == b" ":
            value = value[1:]
        if name == b"data":
            self._data.append(value)
        elif name == b"id":
            if b"\0" not in value:
                self._id = value
        elif name == b"event":
            self._type = value
        elif name == b"retry" and value.isdigit() and len(value) <= LONGEST_RETRY:
            self.retry_ms = int(value)
