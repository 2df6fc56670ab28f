"""A disk with a volatile cache: what was not synced is gone when its process is killed.

    python -m targets.durability._volatile BACKING MOUNT FLUSH_S

A FUSE file system in user space.  What is written stays in this process until fsync, which
writes it to a file in the folder BACKING and has it on the real disk; FLUSH_S seconds more
stand for a slower disk.  Files in one folder, and nothing else.

It is mounted in a mount namespace of its own, so that nothing is left when the process ends,
however it ends; others reach it by /proc/PID/root/MOUNT.  Knows nothing of what is stored.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import mfusepy

from bench.pipes import die_with_parent
from targets.durability._cached import CachedFile

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 1 << 18
MOST_THREADS = 64


class VolatileDisk(mfusepy.Operations):  # type: ignore[misc]
    """The calls of the kernel."""

    use_ns = True

    def __init__(self, backing: Path, flush_s: float) -> None:
        self._backing, self._flush_s = backing, flush_s
        self._files = {f"/{path.name}": CachedFile(path) for path in backing.iterdir()}

    def _file(self, path: str) -> CachedFile:
        try:
            return self._files[path]
        except KeyError:
            raise mfusepy.FuseOSError(errno.ENOENT) from None

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
        size = len(self._file(path).content)
        return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": size}

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *(name.removeprefix("/") for name in self._files)]

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        self._files[path] = CachedFile(self._backing / path.removeprefix("/"))
        return 0

    def open(self, path: str, flags: int) -> int:
        self._file(path)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self._file(path).content[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return self._file(path).write(data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        self._file(path).truncate(length)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._file(path).sync()
        if self._flush_s:
            time.sleep(self._flush_s)
        return 0


def leave_mounts() -> None:
    """Enter a mount namespace of one's own; who is not root enters a user namespace too."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    flags = CLONE_NEWNS | (CLONE_NEWUSER if user else 0)
    _check(libc.unshare(flags), "unshare")
    if user:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"0 {user} 1"),
            ("gid_map", f"0 {group} 1"),
        ):
            Path(f"/proc/self/{name}").write_text(text)
    _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount")


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def main() -> None:
    """Mount, and serve until the end."""
    backing, mount, flush_s = sys.argv[1:]
    leave_mounts()
    die_with_parent()
    mfusepy.FUSE(
        VolatileDisk(Path(backing), float(flush_s)),
        mount,
        foreground=True,
        max_threads=MOST_THREADS,
    )


if __name__ == "__main__":
    main()
