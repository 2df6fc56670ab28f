"""A record counts when write returns: the kernel has it, and writes it to the disk some time."""

from __future__ import annotations

from targets.durability._disk import DiskTarget
from targets.durability._file import FileTarget

TITLE = "page cache only"
REQUIRES = ("fuse",)
PARTS = (
    {"name": "disk", "role": "disk"},
    {"name": "program", "role": "caller", "side": "clients"},
)


class Disk(DiskTarget):
    """This machine's, or a volatile one."""


class Program(FileTarget):
    """write, and no more."""

    def settle(self, descriptor: int) -> None:
        """Nothing: that is the pattern."""
