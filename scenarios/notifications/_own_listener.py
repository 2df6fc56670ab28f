"""What clients of somebody else's server do with an event: record the delivery.

Our payload says number and times; where the server publishes by itself, its own message does.
Knows nothing of how the event came.
"""

from __future__ import annotations

import time
from typing import Any

from bench.clock import now_ns
from bench.load.described import Described
from bench.model.ownserver import Found
from bench.model.samples import OK
from scenarios.notifications._listener import Listener


class OwnListener(Listener, Described):
    """A client of `notifications` at a described server."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.wall_ahead_ns = time.time_ns() - now_ns()
        """What the clock of timestamps is ahead of the one that we measure with."""

    def came(self, event: Found, read_ns: int) -> None:
        if not self.own.publish.by_itself:
            super().came(event, read_ns)
            return
        self.seen = event.sequence
        # Without a time it counts from its arrival; what is late is not known then.
        made_ns = read_ns if self.own.is_untimed else event.timestamp_ns - self.wall_ahead_ns
        size = len(event.payload)
        number = self.number
        self.record(
            self.delivery, OK, number, event.sequence, made_ns, made_ns, read_ns, read_ns, 0, size
        )
