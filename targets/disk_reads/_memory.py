"""Memory that begins at a page: O_DIRECT reads into nothing else.

A bytearray, since liburing takes nothing else.  Knows no file.
"""

from __future__ import annotations

import ctypes
import mmap


def aligned(size: int) -> bytearray:
    """So many bytes that begin at a page, all of them in memory.

    What is deleted at a bytearray's front or end leaves the rest where it is, as long as that is
    most of it (CPython: PyByteArray_Resize).
    """
    found = bytearray(size + mmap.PAGESIZE)
    found[:] = bytes(len(found))  # so that no page of it is new when it is measured
    del found[: -address(found) % mmap.PAGESIZE]
    del found[size:]
    if address(found) % mmap.PAGESIZE:
        raise MemoryError(f"{size:,} bytes that begin at a page cannot be had")
    return found


def address(memory: bytearray) -> int:
    """Where it begins."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))
