"""The laws of `connection_pool` against simulations of a queue before several servers.

The simulations know who waits for what, and nothing of the formulas.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
import statistics
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import queues
from scenarios.connection_pool import laws

COUNT = 200_000


def simulate(
    arrivals: Iterable[float], services: Iterable[float], servers: int
) -> tuple[list[float], list[float]]:
    """First come, first served: how long each waited, and when it was done."""
    free = [0.0] * servers
    waits, ends = [], []
    for arrival, service in zip(arrivals, services, strict=False):
        begin = max(arrival, heapq.heappop(free))
        waits.append(begin - arrival)
        ends.append(begin + service)
        heapq.heappush(free, begin + service)
    return waits, ends


def poisson(rate: float, seed: int) -> Iterable[float]:
    chance = random.Random(seed)
    return itertools.accumulate(chance.expovariate(rate) for _ in range(COUNT))


# --- POOL-1: a burst ------------------------------------------------------------------------


@given(burst=st.integers(1, 120), size=st.integers(1, 60))
def test_a_burst_is_served_in_waves(burst: int, size: int) -> None:
    service = 0.25  # adds up without an error
    waits, ends = simulate([0.0] * burst, [service] * burst, size)
    assert laws.burst_makespan(burst, size, service) == max(ends)
    assert [laws.burst_wait(place, size, service) for place in range(1, burst + 1)] == waits
    assert laws.burst_wait_mean(burst, size, service) == pytest.approx(statistics.fmean(waits))
    assert laws.burst_wait_max(burst, size, service) == max(waits)


@given(burst=st.integers(1, 80), size=st.integers(1, 20), spacing=st.floats(0, 0.0125))
def test_a_burst_that_arrives_one_by_one(burst: int, size: int, spacing: float) -> None:
    """While a wave arrives no slower than it is served."""
    service = 0.25
    arrivals = [spacing * place for place in range(burst)]
    waits, ends = simulate(arrivals, [service] * burst, size)
    assert [
        laws.burst_wait(place, size, service, spacing) for place in range(1, burst + 1)
    ] == pytest.approx(waits)
    mean = laws.burst_wait_mean(burst, size, service, spacing)
    assert mean == pytest.approx(statistics.fmean(waits))
    assert laws.burst_wait_max(burst, size, service, spacing) == pytest.approx(max(waits))
    assert laws.burst_makespan(burst, size, service, spacing) == pytest.approx(max(ends))


@given(burst=st.integers(2, 30), spacing=st.floats(0, 0.2))
def test_service_is_found_from_queries_in_turn(burst: int, spacing: float) -> None:
    service = 0.25
    arrivals = [spacing * place for place in range(burst)]
    waits, _ = simulate(arrivals, [service] * burst, 1)
    found = laws.service_in_turn(burst, max(waits), arrivals[-1])
    assert found == pytest.approx(service)


# --- POOL-2: random arrivals ------------------------------------------------------------------


@given(servers=st.integers(1, 40), load=st.floats(0.01, 0.99))
def test_erlang_c_is_the_textbooks_sum(servers: int, load: float) -> None:
    offered = servers * load
    terms = [offered**k / math.factorial(k) for k in range(servers)]
    last = offered**servers / math.factorial(servers) / (1 - load)
    assert queues.erlang_c(servers, offered) == pytest.approx(last / (sum(terms) + last))


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (2, 0.7), (5, 0.7), (20, 0.8)])
def test_exponential_queries_wait_by_erlangs_formula(servers: int, load: float) -> None:
    service, rate = 0.01, servers * load / 0.01
    chance = random.Random(2)
    services = (chance.expovariate(1 / service) for _ in range(COUNT))
    waits, _ = simulate(poisson(rate, 1), services, servers)
    law = laws.steady_wait_mean(rate, service, servers)
    assert statistics.fmean(waits) == pytest.approx(law, rel=0.08)
    share = sum(wait > 0 for wait in waits) / COUNT
    assert share == pytest.approx(queues.erlang_c(servers, servers * load), rel=0.05)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (2, 0.7), (5, 0.7), (20, 0.8)])
def test_equal_queries_wait_about_half_as_long(servers: int, load: float) -> None:
    service, rate = 0.01, servers * load / 0.01
    waits, _ = simulate(poisson(rate, 1), [service] * COUNT, servers)
    law = laws.steady_wait_mean_fixed(rate, service, servers)
    assert statistics.fmean(waits) == pytest.approx(law, rel=0.07)
    half = laws.steady_wait_mean(rate, service, servers) / 2
    assert half <= law < 1.3 * half


def test_one_server_with_equal_queries_is_pollaczek_khinchine() -> None:
    rate, service = 60.0, 0.01
    exact = 0.6 * service / (2 * (1 - 0.6))
    assert laws.steady_wait_mean_fixed(rate, service, 1) == pytest.approx(exact)


@pytest.mark.parametrize("rate", [500.0, 501.0])
def test_an_overloaded_pool_has_no_mean_wait(rate: float) -> None:
    assert laws.steady_wait_mean(rate, 0.01, 5) == math.inf
    assert laws.steady_wait_mean_fixed(rate, 0.01, 5) == math.inf
    assert queues.erlang_c(5, rate * 0.01) == 1


# --- POOL-2: connecting, computing ----------------------------------------------------------------


@pytest.mark.parametrize("service", [0.0, 0.002, 0.007])
@pytest.mark.parametrize("closing", [0.0004, 0.0025])
def test_connecting_at_once_takes_the_core_in_turn(service: float, closing: float) -> None:
    """One core, first come, first served: it opens all connections, then closes those that end."""
    burst, connect, opening = 50, 0.15, 0.0025
    _, opened = simulate([connect] * burst, [opening] * burst, 1)
    jobs = [(connect, opening)] * burst + [(at + service, closing) for at in opened]
    arrivals, needs = zip(*sorted(jobs, key=lambda job: job[0]), strict=True)
    _, ends = simulate(arrivals, needs, 1)
    core_time = laws.computing_makespan(burst, opening + closing)
    assert max(ends) == pytest.approx(laws.connecting_makespan(connect, core_time))


@pytest.mark.parametrize("connecting", [0.05, 0.13, 1.0])
def test_at_the_break_even_both_are_done_at_the_same_time(connecting: float) -> None:
    service = laws.break_even_service(50, 5, connecting, added_s=0.001)
    _, kept = simulate([0.0] * 50, [service + 0.001] * 50, 5)
    assert max(kept) == pytest.approx(connecting)


def test_a_burst_that_fits_never_waits_as_long_as_a_connect() -> None:
    assert laws.break_even_service(5, 5, 0.1) == math.inf


def test_one_after_the_other_new_connections_cost_their_time() -> None:
    _, kept = simulate([0.0] * 100, [0.002] * 100, 1)
    _, new = simulate([0.0] * 100, [0.152] * 100, 1)
    assert 100 / max(kept) == pytest.approx(laws.queries_per_s(0.002))
    assert 100 / max(new) == pytest.approx(laws.queries_per_s(0.002, 0.15))


# --- published ---------------------------------------------------------------------------------


def test_the_published_burst_of_fifty() -> None:
    """HikariCP: 50 requests of 2 ms; new connections take 150 ms; five are open."""
    assert laws.burst_makespan(50, 5, 0.002) == pytest.approx(0.020)
    assert laws.burst_makespan(50, 1, 0.002) == pytest.approx(0.100)
    assert laws.connecting_makespan(0.15, 0.0) == pytest.approx(0.152, rel=0.02)


def test_the_published_pool_size() -> None:
    """HikariCP: four cores and one disk need nine connections."""
    assert laws.recommended_pool_size(4, 1) == 9
