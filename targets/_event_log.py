"""The record of a source's events, in a file that is mapped into memory.

What is written there outlives the process, however it ends: a server that is started
again finds what was published before.  Knows nothing of what an event is for.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ROW = struct.Struct("=4q")
_pack_into, ROW_BYTES = _ROW.pack_into, _ROW.size
ROWS_A_STEP = 65_536
"""The file grows by so many rows, whole pages; those not yet written are zero."""


class LoggedEvent(NamedTuple):
    """One row: `audience` and times as published; `published_ns` is 0 where nobody did."""

    audience: int
    sequence: int
    intended_ns: int
    published_ns: int


class EventLog:
    """Rows in order; sequences begin at 1, so that a row of zeros is none."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        size = os.fstat(self._file).st_size
        self._room = size // ROW_BYTES // ROWS_A_STEP * ROWS_A_STEP + ROWS_A_STEP
        os.ftruncate(self._file, self._room * ROW_BYTES)
        self._map = mmap.mmap(self._file, self._room * ROW_BYTES)
        self._count = sum(1 for _ in self)

    def __iter__(self) -> Iterator[LoggedEvent]:
        """The rows so far."""
        for place in range(self._room):
            row = LoggedEvent(*_ROW.unpack_from(self._map, place * ROW_BYTES))
            if not row.sequence:
                return
            yield row

    def append(self, audience: int, sequence: int, intended_ns: int, published_ns: int) -> None:
        """Add a row; four numbers and no object, as every event passes here."""
        if self._count == self._room:
            self._grow()
        place = self._count * ROW_BYTES
        _pack_into(self._map, place, audience, sequence, intended_ns, published_ns)
        self._count += 1

    def _grow(self) -> None:
        """More room.  What is written stays in the file and leaves this process's memory."""
        self._map.madvise(mmap.MADV_DONTNEED)
        self._room += ROWS_A_STEP
        os.ftruncate(self._file, self._room * ROW_BYTES)
        self._map.resize(self._room * ROW_BYTES)

    def close(self) -> None:
        """Leave a file of just the rows."""
        self._map.close()
        os.ftruncate(self._file, self._count * ROW_BYTES)
        os.close(self._file)
