"""Blocking: the event loop reads the file itself, and does nothing else until it is there."""

from __future__ import annotations

import os

from targets.disk_reads._reader import ReaderTarget

TITLE = "blocking"
REQUIRES = ("uncached_files",)
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)


class Program(ReaderTarget):
    """preadv in the loop's thread."""

    async def read(self, file: int) -> int:
        return os.preadv(file, [self.memory], 0)
