"""Closed-form predictions for `connection_pool`.  Pure: numbers in, number out.

Symbols: n queries at once, K connections in the pool, S time for which a query keeps a
connection from the next, d time between two arrivals of a burst, t_c time to connect, s CPU time
of a query with all around it, c cores, lambda queries per second, a = lambda S offered load.
Times in seconds.
"""

from __future__ import annotations

import math

from bench.stats import queues

# --- POOL-1: a burst on a pool -------------------------------------------------------


def burst_makespan(burst: int, pool_size: int, service_s: float, spacing_s: float = 0.0) -> float:
    """POOL-1: K at a time, so ceil(n/K) S until the last is done, from the first's arrival.

    Where each query arrives `spacing_s` after the one before, each connection's queries are
    later by the time until the first of them is there; the last is the last wave's r-th.
    """
    of_last_wave = (burst - 1) % pool_size + 1
    return math.ceil(burst / pool_size) * service_s + spacing_s * (of_last_wave - 1)


def burst_wait(place: int, pool_size: int, service_s: float, spacing_s: float = 0.0) -> float:
    """POOL-1: the query at place j (from 1) waits floor((j - 1)/K) S.

    Where each arrives `spacing_s` after the one before, it arrives K of these after the one
    whose connection it gets, and waits so much less for each wave.
    """
    return (place - 1) // pool_size * max(0.0, service_s - pool_size * spacing_s)


def burst_wait_mean(burst: int, pool_size: int, service_s: float, spacing_s: float = 0.0) -> float:
    """POOL-1: the mean over the burst."""
    waits = (burst_wait(place, pool_size, service_s, spacing_s) for place in range(1, burst + 1))
    return sum(waits) / burst


def burst_wait_max(burst: int, pool_size: int, service_s: float, spacing_s: float = 0.0) -> float:
    """POOL-1: the last one waits all waves but its own."""
    return burst_wait(burst, pool_size, service_s, spacing_s)


def service_in_turn(burst: int, wait_max_s: float, arrival_s: float) -> float:
    """POOL-1 for one connection solved for S: the last waits (n - 1) S less the time of arrival."""
    return (wait_max_s + arrival_s) / (burst - 1)


# --- POOL-2: a pool beside a connection per request -------------------------------------


def connecting_makespan(connect_s: float, core_time_s: float) -> float:
    """POOL-2: all connect at once: t_c + n s/c, as the cores serve them in turn.

    A query's own time is not added: while it sleeps, others are opened and closed.
    """
    return connect_s + core_time_s


def queries_per_s(service_s: float, connect_s: float = 0.0) -> float:
    """POOL-2: one after the other: 1/S on a kept connection, 1/(t_c + S) on new ones."""
    return 1 / (connect_s + service_s)


def computing_makespan(burst: int, cost_s: float, cores: int = 1) -> float:
    """POOL-2: queries that compute need n s/c, whatever K is: a core does one at a time."""
    return burst * cost_s / cores


def break_even_service(
    burst: int, pool_size: int, connecting_s: float, added_s: float = 0.0
) -> float:
    """POOL-2: the S at which the waves of POOL-1 last as long as connecting for each query.

    ceil(n/K) (S + h) = `connecting_s`, where a query on a kept connection takes h, `added_s`,
    beside S.  Where all fit into the pool at once there is none (infinite).
    """
    waves = math.ceil(burst / pool_size)
    return connecting_s / waves - added_s if waves > 1 else math.inf


def recommended_pool_size(cores: int, spindles: int) -> int:
    """POOL-2: 2 c + spindles: enough to keep cores and disks busy."""
    return 2 * cores + spindles


def steady_wait_mean(rate_per_s: float, service_s: float, pool_size: int) -> float:
    """POOL-2: C(K, a) S/(K - a), exponential service; infinite where a >= K."""
    return queues.mean_wait(rate_per_s, service_s, pool_size)


def steady_wait_mean_fixed(rate_per_s: float, service_s: float, pool_size: int) -> float:
    """POOL-2 for fixed service (M/D/K): about half of it, by Cosmetatos' correction."""
    return queues.mean_wait_fixed(rate_per_s, service_s, pool_size)
