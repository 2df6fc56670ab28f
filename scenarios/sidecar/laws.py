"""Closed-form predictions for `sidecar`.  Pure: numbers in, number out.

Symbols: lambda requests per second in all, c cores of the backend, N clients, s CPU time of a
request in one role.  Times in seconds.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from bench.stats import queues


def mean_wait(
    due_s: Sequence[float], service_s: float, cores: int, since_s: float, until_s: float
) -> float:
    """How long requests wait for a core on average, of those due in [since, until).

    First come, first served, a fixed time each: exact for the schedule (Lindley 1952).
    """
    services = (service_s for _ in due_s)
    waits = queues.waits(due_s, services, cores)
    counted = [wait for due, wait in zip(due_s, waits, strict=True) if since_s <= due < until_s]
    return statistics.fmean(counted) if counted else math.nan


def added_latency(undisturbed_s: float, wait_with_s: float, wait_without_s: float) -> float:
    """SC-1: what sidecars add where nobody waits, and how much longer requests wait for a core.

    The sum over proxies of t_ipc + t_parse is `undisturbed_s`.  On a core that server and
    sidecars share, a request waits for all that those before it still need: rho/(1 - rho) of it
    on average for Poisson arrivals and exponential times, exact for a known schedule.
    """
    return undisturbed_s + wait_with_s - wait_without_s


def shared_throughput(
    clients: int, cores: float, server_s: float, proxies_s: float, client_s: float
) -> float:
    """SC-2: c/(s_app + k s_proxy) where server and sidecars share c cores, clients have their own.

    No more than the clients' one core allows, nor than N clients that ask one at a time.
    """
    backend_s = server_s + proxies_s
    return min(cores / backend_s, 1 / client_s, clients / (backend_s + client_s))
