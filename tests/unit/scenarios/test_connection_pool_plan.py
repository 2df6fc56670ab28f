"""What the clients of `connection_pool` will send is known before a trial begins."""

from __future__ import annotations

import itertools
import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.connection_pool import _planned as planned
from scenarios.connection_pool.load import LOAD

STEADY = {"clients": 3, "arrivals": "steady", "request_rate_per_s": 50.0}


def load(**values: Any) -> Any:
    return LOAD(**{"clients": 1, "warmup_s": 1.0, "duration_s": 4.0, **values})


@given(seed=st.integers(0, 2**32), clients=st.integers(1, 5))
def test_the_plan_is_what_each_client_sends_in_order(seed: int, clients: int) -> None:
    asked = load(**STEADY | {"clients": clients})
    found = planned.queries(asked, seed)
    sent = sorted(
        at_ns / 1e9
        for client in range(clients)
        for at_ns in itertools.takewhile(
            lambda at_ns: at_ns < 5e9, planned.times_ns(asked, seed, client)
        )
    )
    assert [query.sent_s for query in found] == sent
    assert [query.counts for query in found] == [at_s >= 1 for at_s in sent]


def test_bursts_are_sent_at_once_from_the_start_of_the_warm_up() -> None:
    found = planned.queries(load(arrivals="bursts", burst=3, burst_interval_s=2.0), seed=1)
    assert [query.sent_s for query in found] == [2.0] * 3 + [4.0] * 3
    assert all(query.counts for query in found)


def test_another_seed_or_client_is_another_plan() -> None:
    first, other = (planned.queries(load(**STEADY), seed) for seed in (1, 2))
    assert [query.sent_s for query in first] != [query.sent_s for query in other]
    assert planned.queries(load(**STEADY), 1) == first
    random = load(service="exponential", query_time_s=0.02)
    times = [planned.query_s(random, 1, client, n) for client in (0, 1) for n in range(20)]
    assert times[:20] != times[20:]


@pytest.mark.parametrize(
    ("asked_ms", "taken_ms"),
    [(0.0, 0), (0.4, 0), (0.5, 1), (1.0, 1), (1.4, 1), (5.0, 5), (17.6, 18)],
)
def test_a_sleep_takes_whole_milliseconds(asked_ms: float, taken_ms: int) -> None:
    sleeping = load(query_time_s=asked_ms / 1e3)
    assert planned.query_s(sleeping, 1, 0, 0) == pytest.approx(taken_ms / 1e3)
    computing = load(query_time_s=asked_ms / 1e3, work="compute")
    assert planned.query_s(computing, 1, 0, 0) == pytest.approx(asked_ms / 1e3)


def test_random_times_have_the_mean_and_the_spread_that_were_asked() -> None:
    random = load(service="exponential", query_time_s=0.02)
    times = [planned.query_s(random, 7, 0, n) for n in range(4000)]
    assert statistics.fmean(times) == pytest.approx(0.02, rel=0.05)
    assert statistics.pstdev(times) == pytest.approx(0.02, rel=0.05)
    assert all(round(time_s * 1e3, 6).is_integer() for time_s in times)
