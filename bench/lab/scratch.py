"""Temporary folders that name their owner, so that those of a killed harness can be removed.

    patternbench-<what>-<pid>-<start of that process>-<random>

A number alone may have gone to another process since; with the moment at which the
process started it is never given twice while the machine runs.
Knows nothing of what is in the folders.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

COMMON_PREFIX = "patternbench-"
NAME = re.compile(rf"{COMMON_PREFIX}(?:.*-)?(?P<pid>\d+)-(?P<start>\d+)-[^-]+")
START_FIELD = 19
"""Of /proc/PID/stat, counted from behind the command's name: clock ticks since boot."""


def make_folder(prefix: str) -> Path:
    """A fresh folder of this process; `prefix` begins with COMMON_PREFIX and ends with "-"."""
    owner = os.getpid()
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{owner}-{started(owner)}-"))


@contextlib.contextmanager
def folder_for(prefix: str) -> Iterator[Path]:
    """A fresh folder that is removed at the end."""
    folder = make_folder(prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def leftovers() -> list[Path]:
    """The folders of owners that are gone, and only those."""
    return [folder for pid, start, folder in _owned() if started(pid) != start]


def own() -> list[Path]:
    """The folders of this process that are there now."""
    me = os.getpid(), started(os.getpid())
    return [folder for pid, start, folder in _owned() if (pid, start) == me]


def _owned() -> Iterator[tuple[int, int, Path]]:
    """Every folder with its owner: number and start."""
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{COMMON_PREFIX}*")):
        owner = NAME.fullmatch(folder.name)
        if owner is not None and folder.is_dir():
            yield int(owner["pid"]), int(owner["start"]), folder


def started(pid: int) -> int:
    """When a process started, in clock ticks since boot; 0 where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[START_FIELD])
