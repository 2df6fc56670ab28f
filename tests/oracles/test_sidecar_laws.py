"""SC-1's shared core against queueing theory, and against a simulation in small steps."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan import arrivals
from scenarios.sidecar import laws

SECONDS = 2000.0


@pytest.mark.parametrize(("rate", "service_s"), [(100, 0.002), (100, 0.005), (200, 0.004)])
def test_delays_of_a_long_poisson_schedule_are_those_of_theory(rate: int, service_s: float) -> None:
    """M/G/1 with processor sharing: S/(1 - rho), whatever the service times (Kleinrock 1967)."""
    due = itertools.takewhile(lambda at: at < SECONDS * 1e9, arrivals.poisson(rate, 7))
    delay = laws.mean_delay([at / 1e9 for at in due], service_s, 1, 10.0, SECONDS)
    busy = rate * service_s
    assert delay == pytest.approx(service_s * busy / (1 - busy), rel=0.1)


def test_what_is_evenly_spaced_takes_no_longer() -> None:
    due = [0.01 * count for count in range(1000)]
    assert laws.mean_delay(due, 0.009, 1, 0.0, 10.0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("cores", "times"), [(1, 4), (2, 2), (3, 4 / 3), (4, 1), (9, 1)])
def test_those_that_come_together_end_together(cores: int, times: float) -> None:
    found = laws.delays([1.0] * 4, 0.01, cores)
    assert found == pytest.approx([0.01 * (times - 1)] * 4)


def stepped(due: list[int], service: int, cores: int) -> list[float]:
    """The same in steps of a thousandth: in each, all that are there get their part."""
    left, ended = dict.fromkeys(range(len(due)), float(service)), {}
    parts = 200
    for tick in itertools.count():
        there = [n for n in left if due[n] * parts <= tick]
        for n in there:
            left[n] -= min(1.0, cores / len(there)) / parts
            if left[n] <= 1e-9:
                ended[n] = (tick + 1) / parts
                del left[n]
        if not left:
            return [ended[n] - due[n] - service for n in range(len(due))]
    raise AssertionError


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=6).map(sorted),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_in_small_steps_it_is_the_same(due: list[int], service: int, cores: int) -> None:
    found = laws.delays([float(at) for at in due], float(service), cores)
    assert found == pytest.approx(stepped(due, service, cores), abs=0.05)
