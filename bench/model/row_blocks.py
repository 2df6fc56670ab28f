"""Rows on their way home from a load process: compressed blocks, numbered, with a digest.

So that a block that is lost, comes twice or is damaged is noticed, and whose it was.
Must not know how a block travels, nor what a row says.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections import Counter

from bench.model.samples import DTYPE

HEADER = struct.Struct("<IIQ16s")
LEVEL = 1
"""Rows shrink to a third at the least effort, and hardly further at more."""


def _digest(rows: bytes) -> bytes:
    return hashlib.blake2b(rows, digest_size=16).digest()


def pack(worker: int, number: int, rows: bytes) -> bytes:
    """Block `number` (from 0) of a worker."""
    header = HEADER.pack(worker, number, len(rows) // DTYPE.itemsize, _digest(rows))
    return header + zlib.compress(rows, LEVEL)


class Intake:
    """What came from all workers: whole blocks count, everything else is a problem in words."""

    def __init__(self) -> None:
        self.rows: Counter[int] = Counter()
        """By worker."""
        self.blocks: Counter[int] = Counter()
        self.problems: list[str] = []

    def take(self, block: bytes) -> bytes:
        """The rows of a block, which then count; none where it is not as it was sent."""
        try:
            worker, number, count, digest = HEADER.unpack_from(block)
            rows = zlib.decompress(block[HEADER.size :])
        except (struct.error, zlib.error) as error:
            self.problems.append(f"a block of rows is damaged ({error})")
            return b""
        if len(rows) != count * DTYPE.itemsize or _digest(rows) != digest:
            self.problems.append(f"worker {worker}: block {number} of its rows is damaged")
            return b""
        due = self.blocks[worker]
        if number < due:
            self.problems.append(f"worker {worker}: block {number} of its rows came twice")
            return b""
        if number > due:
            self.problems.append(f"worker {worker}: blocks {due} to {number - 1} of its rows lack")
        self.blocks[worker] = number + 1
        self.rows[worker] += count
        return rows

    def agree(self, worker: int, counted: int) -> None:
        """Compare with what a worker says it recorded; a difference is a problem."""
        if self.rows[worker] != counted:
            self.problems.append(
                f"worker {worker}: {counted:,} rows counted, {self.rows[worker]:,} arrived"
            )
