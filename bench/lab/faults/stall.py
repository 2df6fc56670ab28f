"""Stops a process for a while in the middle of a window, and surely lets it go on again.

The fault of law CO-1: a server that stands still (a pause of its memory
management, a disk, a neighbour).  Knows nothing of what the process does.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

from bench.lab.processes import Child


class Stall:
    """Use as a context: `with Stall(child, t0_ns, t1_ns, seconds): ...`; 0 seconds do nothing."""

    def __init__(self, child: Child, t0_ns: int, t1_ns: int, seconds: float) -> None:
        self._child = child
        self._begin_ns = (t0_ns + t1_ns - int(seconds * 1e9)) // 2
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Stall:
        if self._seconds > 0:
            self._thread.start()
        return self

    def _follow(self) -> None:
        if self._over.wait(max(0.0, (self._begin_ns - time.monotonic_ns()) / 1e9)):
            return
        self._child.pause()
        try:
            self._over.wait(self._seconds)
        finally:
            self._child.go_on()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
