"""After each write the file is synced: a record counts when the disk says that it has it."""

from __future__ import annotations

import os

from targets.durability._disk import DiskTarget
from targets.durability._file import FileTarget

TITLE = "fsync after each write"
REQUIRES = ("fuse",)
PARTS = (
    {"name": "disk", "role": "disk"},
    {"name": "program", "role": "caller", "side": "clients"},
)


class Disk(DiskTarget):
    """This machine's, or a volatile one."""


class Program(FileTarget):
    """write, then fsync."""

    def settle(self, descriptor: int) -> None:
        os.fsync(descriptor)
