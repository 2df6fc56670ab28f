"""SC-1 against queueing theory: waits of a Poisson schedule are those of M/D/1."""

from __future__ import annotations

import itertools

import pytest

from bench.plan import arrivals
from bench.stats import queues
from scenarios.sidecar import laws

SECONDS = 2000.0


@pytest.mark.parametrize(("rate", "service_s"), [(100, 0.002), (100, 0.005), (200, 0.004)])
def test_waits_of_a_long_poisson_schedule_are_those_of_one_line(
    rate: int, service_s: float
) -> None:
    due = itertools.takewhile(lambda at: at < SECONDS * 1e9, arrivals.poisson(rate, 7))
    wait = laws.mean_wait([at / 1e9 for at in due], service_s, 1, 10.0, SECONDS)
    assert wait == pytest.approx(queues.mean_wait_fixed(rate, service_s, 1), rel=0.1)


def test_what_is_evenly_spaced_does_not_wait() -> None:
    due = [0.01 * count for count in range(1000)]
    assert laws.mean_wait(due, 0.009, 1, 0.0, 10.0) == 0
