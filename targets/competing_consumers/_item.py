"""An item of work as bytes: what it says of itself, and padding.  Pure."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

_HEAD = struct.Struct("<qqqqd")
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Item:
    """Key, number among those of its key, when it was due and published, what it takes."""

    key: int
    sequence: int
    due_ns: int
    sent_ns: int
    seconds: float

    @property
    def number(self) -> int:
        """Key and sequence in one."""
        return (self.key << 32) + self.sequence

    def encode(self, size: int) -> bytes:
        """So many bytes, or as many as it needs."""
        fields = self.key, self.sequence, self.due_ns, self.sent_ns, self.seconds
        return _HEAD.pack(*fields).ljust(size, b".")


def decode(body: bytes) -> Item:
    """The item of a message; ValueError saying what is wrong with it."""
    if len(body) < _HEAD.size:
        raise ValueError(f"a message of {len(body)} bytes is no item: it has {_HEAD.size} or more")
    key, sequence, due_ns, sent_ns, seconds = _HEAD.unpack_from(body)
    if not (0 <= key < 1 << 31 and 0 <= sequence < 1 << 32):
        raise ValueError(f"key {key}, number {sequence}: this is no item")
    if math.isnan(seconds) or not 0 <= seconds <= LONGEST_S:
        raise ValueError(f"{seconds:g} s: an item takes from 0 to {LONGEST_S:g}")
    return Item(key, sequence, due_ns, sent_ns, seconds)
