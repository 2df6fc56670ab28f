"""Queues with one line and several servers: how long customers wait.  Pure.

`waits` is for laws of trials whose schedule is known before they begin, the rest for Poisson
arrivals of which only the rate is known.  Must not know who arrives.
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


def erlang_c(servers: int, offered: float) -> float:
    """The share of Poisson arrivals that find all servers busy (M/M/c); 1 where overloaded."""
    if offered >= servers:
        return 1.0
    blocked = 1.0  # Erlang B, server by server
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked / (1 - (offered / servers) * (1 - blocked))


def mean_wait(rate: float, service: float, servers: int) -> float:
    """M/M/c: C(c, a) S/(c - a), exponential service; infinite where a >= c."""
    offered = rate * service
    if offered >= servers:
        return math.inf
    return erlang_c(servers, offered) * service / (servers - offered)


def mean_wait_fixed(rate: float, service: float, servers: int) -> float:
    """M/D/c, fixed service: about half of it, by Cosmetatos' correction (1975)."""
    exponential = mean_wait(rate, service, servers)
    if math.isinf(exponential):
        return math.inf
    free = servers / (rate * service) - 1  # (1 - rho)/rho
    shape = (servers - 1) * (math.sqrt(4 + 5 * servers) - 2) / (16 * servers)
    return exponential / 2 * (1 + free * shape)
