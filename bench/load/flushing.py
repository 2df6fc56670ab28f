"""Something is done again and again until it is told to end, and never broken off in the middle.

For rows that are taken from a recorder and then given away: between the two they are nowhere
else.  Knows nothing of rows.
"""

from __future__ import annotations

from collections.abc import Callable

import gevent
from gevent.event import Event


class Flushing:
    """Calls `flush` every `every_s` seconds, in a greenlet of its own."""

    def __init__(self, flush: Callable[[], None], every_s: float) -> None:
        self._flush, self._every_s = flush, every_s
        self._over = Event()
        self._greenlet = gevent.spawn(self._run)

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            self._flush()

    def end(self) -> None:
        """Return when it has ended; what it has begun it does to the end."""
        self._over.set()
        self._greenlet.join()
