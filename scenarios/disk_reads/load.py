"""The load: which files are read, how often, and how they are kept out of memory."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import pagecache
from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

FILES = 4


@dataclass(frozen=True, kw_only=True)
class DiskReadsLoad:
    """What is read, and how often."""

    file_size_bytes: int = parameter(
        16_384_000, "B", "size of a file; each is read whole", low=4096, high=1_000_000_000
    )
    read_rate_per_s: float = parameter(
        10.0, "/s", "files read per second, one at a time, Poisson", low=0.1, high=10_000
    )
    cache: str = parameter(
        "dropped",
        "",
        "how a file is kept out of memory: the page cache lets go of it before each read "
        "(posix_fadvise, checked with mincore), or reads bypass the cache (O_DIRECT)",
        choices=("dropped", "bypassed"),
    )


LOAD = LoadType(
    DiskReadsLoad,
    changes={"clients": Change(default=1, high=1, meaning="the one program that reads")},
    without=frozenset(
        {
            "link",
            "rtt_s",
            "jitter_s",
            "loss",
            "loss_up",
            "rate",
            "rate_up",
            "queue_s",
            "cc",
            "second_path",
        }
    ),
)


def check(load: Load[DiskReadsLoad]) -> None:
    """UsageError where the files have no room, or do not fit O_DIRECT's blocks."""
    own, folder = load.own, tempfile.gettempdir()
    needed, free = FILES * own.file_size_bytes, disk_free(folder)
    if needed > free:
        raise UsageError(
            f"file_size={show(own.file_size_bytes, 'B')}: {FILES} files need {show(needed, 'B')} "
            f"in {folder}, which has {show(free, 'B')} free; use smaller files, or set TMPDIR"
        )
    if own.cache == "bypassed" and own.file_size_bytes % pagecache.BLOCK_BYTES:
        raise UsageError(
            f"file_size={show(own.file_size_bytes, 'B')}: with cache=bypassed it must be a "
            f"multiple of {pagecache.BLOCK_BYTES} B"
        )


def check_machine(_: str, load: Load[DiskReadsLoad]) -> None:
    """UsageError where reads cannot bypass the cache here."""
    folder = tempfile.gettempdir()
    if load.own.cache == "bypassed" and not pagecache.can_bypass(Path(folder)):
        raise UsageError(
            f"cache=bypassed: the file system of {folder} has no O_DIRECT; use cache=dropped, or "
            "set TMPDIR"
        )


def disk_free(folder: str) -> int:
    """Bytes that a folder's disk has free."""
    return shutil.disk_usage(folder).free
