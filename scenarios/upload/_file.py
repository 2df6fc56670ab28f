"""The content of a file that is uploaded: made as it is read, so that any size fits in memory.

Every file differs from every other, and every part of it from its neighbours.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from functools import cache

BLOCK_BYTES = 1_048_573
"""A prime: no chunk of usual size has the same content as the next."""

MARK_BYTES = 32


@cache
def _block() -> bytes:
    return random.Random("upload").randbytes(BLOCK_BYTES)


class File:
    """`size` bytes: a mark of its own, then the same random block again and again."""

    def __init__(self, mark: str, size: int) -> None:
        self.size = size
        self._mark = mark.encode().ljust(MARK_BYTES, b".")[:MARK_BYTES]

    def read(self, start: int, end: int) -> Iterator[memoryview]:
        """The bytes from `start` to `end`, in pieces."""
        if start < min(end, MARK_BYTES):
            yield memoryview(self._mark)[start : min(end, MARK_BYTES)]
            start = min(end, MARK_BYTES)
        block = memoryview(_block())
        while start < end:
            at = start % BLOCK_BYTES
            piece = block[at : at + end - start]
            yield piece
            start += len(piece)

    def digest(self) -> str:
        """Its SHA-256."""
        found = hashlib.sha256()
        for piece in self.read(0, self.size):
            found.update(piece)
        return found.hexdigest()
