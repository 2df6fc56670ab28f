"""The kernel's page cache, file by file: what of a file it holds, and having it let go of that.

Knows no pattern.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import tempfile
from pathlib import Path

PROBE_BYTES = 1 << 20
BLOCK_BYTES = 4096
"""What O_DIRECT asks of sizes, on all usual disks."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mincore.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p)


def drop(file: int) -> None:
    """Ask the kernel to let go of a file (a descriptor); what is not on the disk yet stays."""
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)


def cached_bytes(file: int) -> int:
    """How many bytes of a file are in memory, in whole pages."""
    size = os.fstat(file).st_size
    if not size:
        return 0
    pages = -(-size // mmap.PAGESIZE)
    with mmap.mmap(file, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE) as at:
        found = ctypes.create_string_buffer(pages)
        place = ctypes.c_char.from_buffer(at)
        try:
            if _libc.mincore(ctypes.addressof(place), size, found):
                raise OSError(ctypes.get_errno(), "mincore")
        finally:
            del place
    return sum(byte & 1 for byte in found.raw) * mmap.PAGESIZE


def can_drop(folder: Path) -> bool:
    """Whether a folder's files can leave memory: those of a tmpfs are nowhere else."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(os.urandom(PROBE_BYTES))
        file.flush()
        os.fsync(file.fileno())
        drop(file.fileno())
        return not cached_bytes(file.fileno())


def can_bypass(folder: Path) -> bool:
    """Whether a folder's file system reads past the page cache (O_DIRECT)."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        try:
            os.close(os.open(file.name, os.O_RDONLY | os.O_DIRECT))
        except OSError:
            return False
    return True
