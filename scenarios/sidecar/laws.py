"""Closed-form predictions for `sidecar`, and a core that is shared, exactly.  Pure.

Symbols: lambda requests per second in all, c cores of the backend, N clients, s CPU time of a
request in one role.  Times in seconds.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence


def delays(due_s: Sequence[float], service_s: float, cores: int) -> list[float]:
    """How much longer each request takes than alone, where all that are there share the cores.

    Sidecars and service take turns on a core, so that requests do not stand in one line: each
    gets an equal part (processor sharing).  Exact for a schedule that does not fall.
    """
    found: list[float] = []
    ends: deque[tuple[float, float]] = deque()  # of those there: work done when it ends, due
    now = work = 0.0  # `work` is what each has got that was there all the time

    def leave(until: float) -> None:
        """Those that end by then, in the order in which they came: all take as long."""
        nonlocal now, work
        while ends:
            left_s = (ends[0][0] - work) * max(1.0, len(ends) / cores)
            if now + left_s > until:
                break
            now, work = now + left_s, ends[0][0]
            found.append(now - ends.popleft()[1] - service_s)

    for due in due_s:
        leave(due)
        if ends:
            work += (due - now) / max(1.0, len(ends) / cores)
        now = due
        ends.append((work + service_s, due))
    leave(math.inf)
    return found


def mean_delay(
    due_s: Sequence[float], service_s: float, cores: int, since_s: float, until_s: float
) -> float:
    """The mean of `delays`, of those due in [since, until)."""
    found = delays(due_s, service_s, cores)
    counted = [one for due, one in zip(due_s, found, strict=True) if since_s <= due < until_s]
    return statistics.fmean(counted) if counted else math.nan


def added_latency(undisturbed_s: float, delay_with_s: float, delay_without_s: float) -> float:
    """SC-1: what sidecars add where no two requests meet, and how much longer those take that do.

    The sum over proxies of t_ipc + t_parse is `undisturbed_s`; t_parse rho/(1 - rho) is what
    Poisson arrivals make of a shared core on average, and here it is exact for the schedule.
    """
    return undisturbed_s + delay_with_s - delay_without_s


def shared_throughput(
    clients: int, cores: float, server_s: float, proxies_s: float, client_s: float
) -> float:
    """SC-2: c/(s_app + k s_proxy) where server and sidecars share c cores, clients have their own.

    No more than the clients' one core allows, nor than N clients that ask one at a time.
    """
    backend_s = server_s + proxies_s
    return min(cores / backend_s, 1 / client_s, clients / (backend_s + client_s))
