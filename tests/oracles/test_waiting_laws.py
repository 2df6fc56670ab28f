"""SYNC-1 against a simulation of workers that wait, one call after the other."""

from __future__ import annotations

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.waiting import laws


def simulated(waits: int, wait_s: float, workers: int) -> float:
    """When the last of n calls is answered, each made by whichever worker is free first."""
    free = [0.0] * workers
    for _ in range(waits):
        heapq.heappush(free, heapq.heappop(free) + wait_s)
    return max(free)


@given(st.integers(1, 300), st.floats(0.001, 10), st.integers(1, 400))
def test_sync1_is_when_the_last_worker_is_done(waits: int, wait_s: float, workers: int) -> None:
    found = laws.makespan(waits, wait_s, workers)
    assert found == pytest.approx(simulated(waits, wait_s, workers))


@given(st.integers(1, 10_000), st.floats(0.01, 1), st.integers(1, 10_000), st.floats(0, 1e-3))
def test_the_cost_of_each_comes_back_from_how_long_all_took(
    waits: int, wait_s: float, at_once: int, each_s: float
) -> None:
    lasted_s = laws.makespan(waits, wait_s, at_once, each_s)
    found = laws.cost_of_each(waits, wait_s, at_once, lasted_s)
    assert found == pytest.approx(each_s, abs=1e-9)


def test_a_batch_that_was_faster_than_its_waits_costs_nothing_more() -> None:
    assert laws.cost_of_each(10, 0.1, 10, 0.09) == 0
