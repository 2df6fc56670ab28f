"""Temporary folders that name their owner, so that those of a killed harness can be removed.

Knows nothing of what is in them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


def make_folder(prefix: str) -> Path:
    """A fresh folder of this process; those that dead processes left under `prefix` go."""
    remove_leftovers(prefix)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))


def remove_leftovers(prefix: str) -> None:
    """Remove the folders of owners that are gone, and only those."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        owner = folder.name.removeprefix(prefix).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
