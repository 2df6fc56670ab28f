"""The laws of `proxies` against seeded simulations of queues and connections.

The simulations know who waits for what, and nothing of the formulas.
"""

from __future__ import annotations

import heapq
import math
import random
import statistics
from collections.abc import Callable

import pytest

from scenarios.proxies import laws


def exponential(mean_s: float, seed: int) -> Callable[[], float]:
    chance = random.Random(seed)
    return lambda: chance.expovariate(1 / mean_s)


def simulate_open_loop(rate: float, services: list[float], count: int) -> float:
    """Mean time of requests that come by chance and pass the stations in turn."""
    gap = exponential(1 / rate, 1)
    takes = [exponential(service, 2 + number) for number, service in enumerate(services)]
    free = [0.0] * len(services)
    arrival, spent = 0.0, []
    for _ in range(count):
        arrival += gap()
        now = arrival
        for number, take in enumerate(takes):
            now = free[number] = max(now, free[number]) + take()
        spent.append(now - arrival)
    return statistics.fmean(spent)


def simulate_closed_loop(
    clients: int, services: list[float], count: int, connections: int | None = None
) -> tuple[float, float]:
    """Throughput and mean time where each client asks again at once.

    Station 0 is the backend and has `connections` places that do not hinder one another
    (None: one core, for which all wait); the others are single cores.
    """
    takes = [exponential(service, 2 + number) for number, service in enumerate(services)]
    places = [[0.0] * (connections or 1), *([0.0] for _ in services[1:])]
    # (time, order, client's start, station); each event is a request that comes to a station.
    heap = [(0.0, client, 0.0, 0) for client in range(clients)]
    heapq.heapify(heap)
    order, done, spent = clients, 0, []
    now = 0.0
    while done < count:
        now, _, began, station = heapq.heappop(heap)
        if station == len(services):
            done += 1
            spent.append(now - began)
            began, station = now, 0
        place = heapq.heappop(places[station])
        end = max(now, place) + takes[station]()
        heapq.heappush(places[station], end)
        heapq.heappush(heap, (end, order, began, station + 1))
        order += 1
    return done / now, statistics.fmean(spent)


@pytest.mark.parametrize(("rate", "services"), [(300, [1e-3]), (500, [1.2e-3, 0.4e-3])])
def test_sc1_latency_is_service_and_the_wait_for_it_at_each_station(
    rate: float, services: list[float]
) -> None:
    found = simulate_open_loop(rate, services, 60_000)
    assert found == pytest.approx(laws.open_loop_latency(rate, services), rel=0.04)


def test_sc1_a_station_that_gets_more_than_it_can_do_has_no_mean() -> None:
    assert laws.open_loop_latency(1000, [0.5e-3, 1e-3]) == math.inf
    shorter, longer = (simulate_open_loop(1100, [0.5e-3, 1e-3], n) for n in (2_000, 20_000))
    assert longer > 5 * shorter, "the queue grows as long as one looks"


def test_sc1_waiting_is_added_once() -> None:
    without = laws.open_loop_latency(100, [1e-3, 2e-3])
    assert laws.open_loop_latency(100, [1e-3, 2e-3], 0.5) == pytest.approx(without + 0.5)


@pytest.mark.parametrize(
    ("server", "proxy", "client"), [(20e-6, 0.0, 10e-6), (20e-6, 30e-6, 10e-6), (9e-6, 0.0, 40e-6)]
)
def test_sc2_the_slower_side_sets_the_pace(server: float, proxy: float, client: float) -> None:
    found, _ = simulate_closed_loop(64, [server + proxy, client], 40_000)
    law = laws.pinned_throughput(1, server, proxy, 1, client)
    assert found == pytest.approx(law, rel=0.03)


def test_sc2_all_on_the_same_cores_take_turns() -> None:
    # 2 cores; one request takes 100 us of the application, 50 of the client, 25 of each proxy.
    assert laws.shared_throughput(2, 100e-6, 50e-6, 25e-6, proxies=2) == pytest.approx(10_000)
    alone = laws.shared_throughput(2, 100e-6, 50e-6, 25e-6, proxies=0)
    assert alone == pytest.approx(2 / 150e-6)


def test_sc2_more_cores_help_until_one_thread_is_busy() -> None:
    def with_cores(cores: int) -> float:
        return laws.pinned_throughput(cores, 20e-6, 30e-6, 1, 10e-6)

    assert with_cores(1) == pytest.approx(20_000)
    assert with_cores(2) == with_cores(8) == pytest.approx(1 / 30e-6)


@pytest.mark.parametrize("connections", [1, 6, 64])
def test_mx1_a_connection_carries_one_request_at_a_time(connections: int) -> None:
    found, _ = simulate_closed_loop(64, [10e-3, 1e-6], 20_000, connections)
    assert found == pytest.approx(laws.connections_throughput(connections, 9e-3, 1e-3), rel=0.03)


def test_mx1_what_holds_no_connection_is_not_limited_by_them() -> None:
    assert laws.connections_throughput(6, 0, 0) == math.inf


def test_lit1_a_closed_loop_waits_as_long_as_its_clients_are_many() -> None:
    throughput, latency = simulate_closed_loop(64, [50e-6, 10e-6], 40_000)
    assert latency == pytest.approx(laws.closed_loop_latency(64, throughput), rel=0.01)
