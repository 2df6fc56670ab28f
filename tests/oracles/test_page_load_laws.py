"""Laws of page_load against simulations of what they describe, and against worked values."""

from __future__ import annotations

import heapq
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.page_load import laws

RTT, SERVICE = 0.05, 0.02


def simulated_makespan(requests: int, connections: int, rtt_s: float, service_s: float) -> float:
    """Connections that take the next request as soon as they are free."""
    free = [0.0] * connections
    for _ in range(requests):
        heapq.heappush(free, heapq.heappop(free) + rtt_s + service_s)
    return max(free)


@given(st.integers(1, 120), st.integers(1, 10), st.floats(0, 0.5), st.floats(0, 0.5))
def test_waves_are_what_free_connections_make(
    requests: int, connections: int, rtt_s: float, service_s: float
) -> None:
    law = laws.http1_makespan(requests, connections, rtt_s, service_s)
    assert law == pytest.approx(simulated_makespan(requests, connections, rtt_s, service_s))


@pytest.mark.parametrize(
    ("requests", "connections", "milliseconds"),
    [(6, 6, 70), (7, 6, 140), (12, 6, 140), (30, 6, 350), (100, 6, 1190), (6, 1, 420)],
)
def test_ceil_n_over_k_waves(requests: int, connections: int, milliseconds: float) -> None:
    assert laws.http1_makespan(requests, connections, RTT, SERVICE) * 1e3 == pytest.approx(
        milliseconds
    )


@pytest.mark.parametrize(
    ("requests", "streams", "milliseconds"), [(1, 128, 70), (128, 128, 70), (129, 128, 90)]
)
def test_one_wave_of_streams(requests: int, streams: int, milliseconds: float) -> None:
    made = laws.multiplexed_makespan(requests, streams, RTT, SERVICE)
    assert made * 1e3 == pytest.approx(milliseconds)


@given(st.integers(1, 1000), st.integers(1, 10), st.integers(0, 20))
def test_a_held_stream_takes_a_connection(requests: int, connections: int, held: int) -> None:
    free = laws.free_connections(connections, held)
    assert 0 <= free <= connections
    if free:
        assert laws.waves(requests, free) >= laws.waves(requests, connections)


@pytest.mark.parametrize(
    ("version", "tls", "trips"),
    [("1.1", False, 1), ("1.1", True, 2), ("2", True, 2), ("3", True, 1)],
)
def test_round_trips_of_a_set_up(version: str, tls: bool, trips: int) -> None:
    assert laws.setup_s(RTT, version, tls) == trips * RTT


def test_the_rate_that_loss_leaves_to_reno() -> None:
    """2 % at 50 ms: 2.01 Mbit/s by Mathis et al., six times that on six connections."""
    assert laws.reno_rate(1, 0.05, 0.02) / 1e6 == pytest.approx(2.01, abs=0.01)
    assert laws.reno_rate(6, 0.05, 0.02) == pytest.approx(6 * laws.reno_rate(1, 0.05, 0.02))
    assert math.isinf(laws.reno_rate(1, 0.05, 0))


@given(st.integers(1, 10_000_000), st.floats(1e5, 1e10))
def test_no_page_is_faster_than_its_bytes(size: int, rate: float) -> None:
    assert laws.transmission_s(size, rate) >= size * 8 / rate
    assert laws.transmission_s(size, 0) == 0
