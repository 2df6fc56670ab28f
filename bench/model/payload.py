"""The bytes of one event: what backend and client agree on.  Pure.

Text without line ends, so that every transport can carry it as it is:
`sequence intended_ns published_ns ` and filler up to the asked size.
"""

from __future__ import annotations

LEAST_BYTES = 48
"""Three numbers with their blanks: room for 10^10 events and for centuries of uptime."""

SEPARATOR = b"\n"
"""Between the events of one reply that carries several."""


def encode(sequence: int, intended_ns: int, published_ns: int, size: int) -> bytes:
    """The event as `size` bytes (at least what the three numbers need)."""
    return (b"%d %d %d " % (sequence, intended_ns, published_ns)).ljust(size, b".")


HEAD_BYTES = 80
"""The three numbers stand within."""


class _Known:
    """The event that was decoded last: a broadcast is the same bytes for thousands of clients."""

    __slots__ = ("event", "head")

    def __init__(self) -> None:
        self.head, self.event = b"0 0 0 ", (0, 0, 0)


_known = _Known()


def decode(data: bytes) -> tuple[int, int, int]:
    """(sequence, intended_ns, published_ns); ValueError where it is no event."""
    head = data[:HEAD_BYTES]
    if head == _known.head:
        return _known.event
    sequence, intended, published, _ = head.split(b" ", 3)
    event = int(sequence), int(intended), int(published)
    _known.head, _known.event = head, event
    return event
