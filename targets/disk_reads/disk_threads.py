"""Threads: a thread of a pool reads the file, and the event loop goes on."""

from __future__ import annotations

import asyncio
import os

from targets.disk_reads._reader import ReaderTarget

TITLE = "threads"
REQUIRES = ("uncached_files",)
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)


class Program(ReaderTarget):
    """preadv in another thread, as asyncio's own way for what blocks."""

    async def read(self, file: int) -> int:
        return await asyncio.to_thread(os.preadv, file, [self.memory], 0)
