"""Files that are on a disk and not in memory: whether those in the temporary folder can be that."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench import pagecache

TITLE = "uncached files"


def missing() -> str:
    """The remedy where the kernel keeps the temporary folder's files in memory, "" otherwise."""
    folder = Path(tempfile.gettempdir())
    if pagecache.can_drop(folder):
        return ""
    return f"files in {folder} stay in memory (a tmpfs?); set TMPDIR to a folder on a disk"


def version() -> str:
    """How they can be read."""
    bypassed = pagecache.can_bypass(Path(tempfile.gettempdir()))
    return "posix_fadvise and O_DIRECT" if bypassed else "posix_fadvise; no O_DIRECT here"
