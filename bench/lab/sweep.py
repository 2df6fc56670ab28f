"""Removes what harnesses left on this machine: folders, and shared memory named in them.

Every command begins and ends with it.  Knows nothing of what a folder was for.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.lab import scratch


def sweep() -> None:
    """Remove what dead owners left, of whatever kind."""
    _remove(scratch.leftovers())


def sweep_own() -> None:
    """Remove what this process has not: what was being started when it was interrupted."""
    _remove(scratch.own())


def _remove(folders: Sequence[Path]) -> None:
    if not folders:
        return
    from bench.lab import services  # noqa: PLC0415 - hardly ever is anything left

    for folder in folders:
        services.release(folder)
        shutil.rmtree(folder, ignore_errors=True)
