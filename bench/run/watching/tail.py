"""The rows that a process has appended to its file since they were last asked for.

Reads whole rows, and no more than so many at once: what lies further back is left out.  Knows
nothing of what a row means.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.model.samples import DTYPE, rows

MOST_ROWS = 1 << 17
"""8 MiB: a second of the fastest pattern, read in a few milliseconds."""


class Tail:
    """One file, from its beginning."""

    def __init__(self, path: Path, most_rows: int = MOST_ROWS) -> None:
        self._path, self._most = path, most_rows
        self._seen = 0
        self.skipped = 0
        """Rows that were left out."""

    def read(self) -> tuple[np.ndarray, bool]:
        """The new rows, and whether they follow those of before without a gap."""
        try:
            with self._path.open("rb") as file:
                there = file.seek(0, 2) // DTYPE.itemsize
                begin = max(self._seen, there - self._most)
                file.seek(begin * DTYPE.itemsize)
                data = file.read((there - begin) * DTYPE.itemsize)
        except OSError:  # not there yet, or the trial is over
            return rows(b""), True
        left_out = begin - self._seen
        self.skipped += left_out
        self._seen = begin + len(data) // DTYPE.itemsize
        return rows(data[: len(data) // DTYPE.itemsize * DTYPE.itemsize]), left_out == 0
