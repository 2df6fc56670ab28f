"""A queue whose arrivals and service times are known: how long each customer waits.  Pure.

For laws of trials whose schedule is known before they begin.  Must not know who arrives.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable


def waits(arrivals: Iterable[float], services: Iterable[float], servers: int = 1) -> list[float]:
    """How long each waits: first come, first served, by the server that is free first.

    Exact for any arrivals, which never fall, and any service times, in one unit (Kiefer and
    Wolfowitz 1955; for one server Lindley 1952).
    """
    free_at = [-math.inf] * servers
    found = []
    for arrival, service in zip(arrivals, services, strict=True):
        begins = max(arrival, free_at[0])
        heapq.heapreplace(free_at, begins + service)
        found.append(begins - arrival)
    return found
