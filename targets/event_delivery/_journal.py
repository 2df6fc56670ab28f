"""What a process writes down so that it survives the process: one short record after the other.

A record is handed to the kernel before the program goes on, and the kernel keeps it when the
process is killed.  Knows nothing of brokers.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

_RECORD = struct.Struct("<qqq")
Record = tuple[int, int, int]
"""An event's number, when it was written down (ns), and its place at the broker or -1."""

NOWHERE = -1
PUBLISHED, CONFIRMED, RECEIVED, REFUSED = "published", "confirmed", "received", "refused"


class Journal:
    """Appends to a file."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, number: int, time_ns: int, place: int = NOWHERE) -> None:
        """Returns when the kernel has it."""
        os.write(self._descriptor, _RECORD.pack(number, time_ns, place))

    def close(self) -> None:
        os.close(self._descriptor)


def read(path: Path) -> list[Record]:
    """All whole records, oldest first; none where there is no file yet."""
    return list(_records(path.read_bytes())) if path.exists() else []


def _records(content: bytes) -> Iterator[Record]:
    whole = len(content) // _RECORD.size * _RECORD.size
    yield from _RECORD.iter_unpack(content[:whole])


def size(path: Path) -> int:
    """Bytes so far."""
    return path.stat().st_size if path.exists() else 0


def say(path: Path, text: str) -> None:
    """Have a file with this text: whole, or not there."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(text)
    fresh.replace(path)
