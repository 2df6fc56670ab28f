"""Takes a link's first path down in the middle of a trial, and surely brings it back.

Both ends see their device go down, as with a cable that is pulled or a radio that
loses its network.  Knows nothing of what goes over the path.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

from bench.lab.network.network import Network
from bench.model.errors import TrialFailed

FIRST_PATH = 0


class Cut:
    """Use as a context that ends with the trial; nothing is cut after 0 seconds or on loopback."""

    def __init__(self, network: Network | None, t0_ns: int, after_s: float) -> None:
        self._network = network if after_s > 0 else None
        self._due_ns = t0_ns + int(after_s * 1e9)
        self._failure: TrialFailed | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Cut:
        if self._network is not None:
            self._thread.start()
        return self

    def _follow(self) -> None:
        if self._over.wait(max(0.0, (self._due_ns - time.monotonic_ns()) / 1e9)):
            return
        assert self._network is not None
        try:
            self._network.switch(FIRST_PATH, False)
        except TrialFailed as failure:
            self._failure = failure

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._network is None:
            return
        self._thread.join()
        if self._network.alive:
            self._network.switch(FIRST_PATH, True)
        if error is None and self._failure is not None:
            raise self._failure
