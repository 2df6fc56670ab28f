"""Files on a disk that are whole or not there: written apart, synced, renamed into place.

    incoming/     what is not complete yet
    stored/       complete files, named by their identifier

All of it is on the disk alone, so that a server that was killed goes on where it was.
Blocks; whoever has an event loop calls what syncs or reads in a thread.
Knows nothing of HTTP, nor of who sends a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from pathlib import Path

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Store:
    """The files of one server, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.incoming, self.stored = folder / "incoming", folder / "stored"
        for one in (self.incoming, self.stored):
            one.mkdir(parents=True, exist_ok=True)

    @property
    def free_bytes(self) -> int:
        """What the disk has free."""
        return shutil.disk_usage(self.incoming).free

    def part(self, name: str) -> Path:
        """Where what has come of a file is kept."""
        return self.incoming / name

    def is_stored(self, name: str) -> bool:
        return (self.stored / name).exists()

    def finish(self, part: Path, name: str) -> None:
        """Make a complete part the stored file: synced, then renamed, then the folder synced."""
        sync(part)
        part.replace(self.stored / name)
        sync(self.stored)

    def digest(self, name: str) -> tuple[int, str]:
        """Size and SHA-256 of a stored file, read back from the disk; OSError where it is not."""
        with (self.stored / name).open("rb") as file:
            # What is synced can leave the kernel's cache, so that the disk is read.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            found = hashlib.file_digest(file, "sha256").hexdigest()
            return os.fstat(file.fileno()).st_size, found

    def remove(self, name: str) -> None:
        """Forget a file, complete or not."""
        (self.stored / name).unlink(missing_ok=True)
        for one in self.incoming.glob(f"{name}.*"):
            one.unlink(missing_ok=True)

    def expire(self, before_s: float) -> int:
        """Remove what is incomplete and was last written before this time (as st_mtime has it).

        Returns how many uploads that were.
        """
        of_upload: dict[str, list[Path]] = {}
        for one in self.incoming.iterdir():
            of_upload.setdefault(one.name.partition(".")[0], []).append(one)
        expired = 0
        for files in of_upload.values():
            with contextlib.suppress(FileNotFoundError):  # finished meanwhile
                if max(one.stat().st_mtime for one in files) < before_s:
                    expired += 1
                    for one in files:
                        one.unlink(missing_ok=True)
        return expired


def sync(path: Path) -> None:
    """Have a file or a folder on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
