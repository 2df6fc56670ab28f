"""A file of which the newest writes are in memory until it is synced, as in a disk's cache.

Like a real cache it is not endless: when it is full, the oldest writes go out unasked.
Knows nothing of FUSE.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path

CACHE_BYTES = 256_000_000


class CachedFile:
    """A file of which the newest writes are in memory."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        size = os.fstat(self._descriptor).st_size
        self.content = bytearray(os.pread(self._descriptor, size, 0))
        self._cached: deque[tuple[int, bytes]] = deque()
        self._cached_bytes = 0
        self._lock = threading.Lock()

    def write(self, data: bytes, at: int) -> int:
        """Keep it in the cache."""
        with self._lock:
            if at > len(self.content):
                self.content += bytes(at - len(self.content))
            self.content[at : at + len(data)] = data
            self._cached.append((at, data))
            self._cached_bytes += len(data)
            while self._cached_bytes > CACHE_BYTES:
                self._write_oldest()
        return len(data)

    def _write_oldest(self) -> None:
        at, data = self._cached.popleft()
        self._cached_bytes -= len(data)
        os.pwrite(self._descriptor, data, at)

    def sync(self) -> None:
        """Have all that was written on the real disk."""
        with self._lock:
            while self._cached:
                self._write_oldest()
        os.fsync(self._descriptor)

    def truncate(self, length: int) -> None:
        """Cut it, or fill it up; as what belongs to the directory this is on the disk at once."""
        with self._lock:
            while self._cached:
                self._write_oldest()
            os.ftruncate(self._descriptor, length)
            self.content = bytearray(os.pread(self._descriptor, length, 0))
