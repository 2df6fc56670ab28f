"""The laws of `connection_pool` for a load, with measured facts; NaN where a law does not speak.

Pure; the laws themselves are in laws.py.
"""

from __future__ import annotations

import math

from bench.model.law import Facts
from bench.model.load import Load
from scenarios.connection_pool import laws
from scenarios.connection_pool.load import PoolLoad

ROUND_TRIPS_TO_CONNECT, ROUND_TRIPS_OF_A_NEW_QUERY = 3, 2
"""TCP's handshake, the question for TLS, the login; then to prepare and to execute.  Those who
wait for a pool's connection have prepared theirs before."""


def _core_time_s(load: Load[PoolLoad], facts: Facts) -> float:
    """What application and database need for a whole burst on the cores that they share: n s/c."""
    cost_us = facts["server_cpu_us_per_event"] + facts["database_cpu_us_per_event"]
    return laws.computing_makespan(load.own.burst, cost_us / 1e6, int(facts["backend_cores"]))


def _service_s(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1's S: bursts of one client, nobody computes, and the pool does not grow; else NaN."""
    is_simple = (
        load.own.arrivals == "bursts" and load.own.service == "fixed" and load.own.work == "sleep"
    )
    is_grown = load.own.pool_ready in (0, load.own.pool_size)
    return (
        facts["burst_hold"] / 1e3
        if is_simple and is_grown and load.window.clients == 1
        else math.nan
    )


def pool_makespan_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1, and the time in which the burst arrives."""
    service_s, arrival_s = _service_s(load, facts), facts["burst_arrival"] / 1e3
    return laws.burst_makespan(load.own.burst, load.own.pool_size, service_s, arrival_s) * 1e3


def pool_wait_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1 for bursts, Erlang's formula for a steady load that sleeps."""
    is_bursts = load.own.arrivals == "bursts"
    return (burst_wait_ms if is_bursts else steady_wait_ms)(load, facts)


def burst_wait_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1: the mean over a burst."""
    service_s = _service_s(load, facts)
    return laws.burst_wait_mean(load.own.burst, load.own.pool_size, service_s) * 1e3 or math.nan


def steady_wait_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-2: Erlang's formula, for exponential service times or for equal ones."""
    if load.own.arrivals != "steady":
        return math.nan
    if load.own.work != "sleep" or load.window.clients != 1:
        return math.nan
    law = (
        laws.steady_wait_mean if load.own.service == "exponential" else laws.steady_wait_mean_fixed
    )
    # The rate as it came out: in seconds, chance is far from its mean.
    return law(facts["deliveries_per_s"], facts["hold_mean"] / 1e3, load.own.pool_size) * 1e3


def pool_wait_max_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-1: the last of a burst."""
    service_s = _service_s(load, facts)
    return laws.burst_wait_max(load.own.burst, load.own.pool_size, service_s) * 1e3 or math.nan


def computing_makespan_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-2 where queries keep the core busy."""
    if load.own.arrivals != "bursts" or load.own.work != "compute" or load.window.clients != 1:
        return math.nan
    return _core_time_s(load, facts) * 1e3


def connecting_makespan_ms(load: Load[PoolLoad], facts: Facts) -> float:
    """POOL-2 where every query connects; each round trip of it takes its time on a link."""
    if load.own.arrivals != "bursts" or load.own.service != "fixed" or load.window.clients != 1:
        return math.nan
    service_s = load.own.query_time_s if load.own.work == "sleep" else 0.0
    cores_s = _core_time_s(load, facts)
    connect_s = load.own.connect_time_s + ROUND_TRIPS_TO_CONNECT * load.services.rtt_s
    service_s += ROUND_TRIPS_OF_A_NEW_QUERY * load.services.rtt_s
    return laws.connecting_makespan(connect_s, service_s, cores_s) * 1e3


def lengths_break_even(load: Load[PoolLoad], _: Facts, new: Facts) -> float:
    """POOL-2: what a new connection adds to a query, against the waits of POOL-1."""
    added_s = (new["wait_mean"] + new["hold_mean"]) / 1e3 - load.own.query_time_s
    return laws.break_even_service(load.own.burst, load.own.pool_size, added_s)
