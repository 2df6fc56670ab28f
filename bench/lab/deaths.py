"""Waiting until processes that were killed are dead."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection

import psutil

POLL_SECONDS = 0.002


def wait_for_deaths(processes: Collection[psutil.Process], seconds: float) -> None:
    """Until none of them runs any more; gives up after so many seconds.

    Who only waits for its parent to hear of its end is dead, and holds nothing.  The parent of
    an orphan is the machine's first process: some are slow to listen, in a container some never do.
    """
    deadline = time.monotonic() + seconds
    while any(map(_lives, processes)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
