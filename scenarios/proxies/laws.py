"""Closed-form predictions for `proxies`.  Pure: numbers in, number out.

Symbols: N clients, lambda requests per second in all, c cores, K connections, w time
that the application waits, s CPU time of a request in one role (application, proxy,
client), k proxies on the way, rho share of time in which the cores are busy.
Times in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def shared_throughput(
    cores: float, application_s: float, client_s: float, proxy_s: float, proxies: int = 1
) -> float:
    """SC-2: c/(s_app + s_client + k s_proxy), where all share c cores."""
    return cores / (application_s + client_s + proxies * proxy_s)


def pinned_throughput(
    backend_cores: float, server_s: float, proxy_s: float, generator_cores: float, client_s: float
) -> float:
    """SC-2 where clients have cores of their own: the slower side sets the pace.

    Server and proxy have one busy thread each, so neither gets more than one core.
    """
    sides = (
        shared_throughput(backend_cores, server_s, 0.0, proxy_s),
        1 / server_s,
        1 / proxy_s if proxy_s else math.inf,
        generator_cores / client_s,
    )
    return min(sides)


def connections_throughput(connections: int, wait_s: float, service_s: float) -> float:
    """MX-1: an HTTP/1.1 connection carries one request at a time: X <= K/(w + s).

    For HTTP/2 K is how many streams there may be, for a closed loop how many clients.
    """
    held_s = wait_s + service_s
    return connections / held_s if held_s else math.inf


def closed_loop_latency(clients: int, throughput_per_s: float) -> float:
    """LIT-1, Little's law: N clients that always wait are N = X L."""
    return clients / throughput_per_s


def open_loop_latency(rate_per_s: float, services_s: Sequence[float], wait_s: float = 0.0) -> float:
    """SC-1: each station on the way adds its service time and the wait for it, s/(1 - rho).

    As M/M/1; infinite where a station gets more than it can do.
    """
    total = wait_s
    for service_s in services_s:
        busy = rate_per_s * service_s
        if busy >= 1:
            return math.inf
        total += service_s / (1 - busy)
    return total
