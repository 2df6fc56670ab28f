"""A queue of known arrivals against the same queue event by event, Lindley and Erlang."""

from __future__ import annotations

import heapq
import itertools
import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import queues


def by_events(arrivals: list[float], services: list[float], servers: int) -> list[float]:
    """The same queue, event by event: a line of queries, and connections that are handed on."""
    free = servers
    line: list[int] = []
    begun: dict[int, float] = {}
    ends: list[float] = []

    def hand_on(now: float) -> None:
        nonlocal free
        while line and free:
            query = line.pop(0)
            begun[query], free = now, free - 1
            heapq.heappush(ends, now + services[query])

    for query, now in enumerate([*arrivals, math.inf]):
        while ends and ends[0] <= now:
            free += 1
            hand_on(heapq.heappop(ends))
        if now < math.inf:
            line.append(query)
            hand_on(now)
    return [begun[query] - at for query, at in enumerate(arrivals)]


@given(
    queries=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 60)), max_size=60),
    servers=st.integers(1, 5),
)
def test_known_arrivals_wait_as_event_by_event(
    queries: list[tuple[int, int]], servers: int
) -> None:
    """In whole numbers, which add up without an error."""
    arrivals = [float(at) for at in itertools.accumulate(gap for gap, _ in queries)]
    services = [float(service) for _, service in queries]
    found = queues.waits(arrivals, services, servers)
    assert found == by_events(arrivals, services, servers)


def test_one_server_is_lindleys_recursion() -> None:
    chance = random.Random(5)
    gaps = [chance.expovariate(1) for _ in range(300)]
    services = [chance.expovariate(1.3) for _ in range(300)]
    arrivals = list(itertools.accumulate(gaps))
    expected = [0.0]
    for service, gap in zip(services, gaps[1:], strict=False):
        expected.append(max(0.0, expected[-1] + service - gap))
    assert queues.waits(arrivals, services, 1) == pytest.approx(expected)


def test_many_random_arrivals_wait_as_erlang_says_on_average() -> None:
    chance = random.Random(3)
    arrivals = list(itertools.accumulate(chance.expovariate(3.5) for _ in range(60_000)))
    services = [chance.expovariate(1) for _ in arrivals]
    terms = [3.5**k / math.factorial(k) for k in range(5)]
    last = 3.5**5 / math.factorial(5) / (1 - 0.7)
    expected = last / (sum(terms) + last) / (5 - 3.5)
    assert statistics.fmean(queues.waits(arrivals, services, 5)) == pytest.approx(expected, rel=0.1)


def test_nobody_waits_where_nobody_comes() -> None:
    assert queues.waits([], [], 3) == []
