"""CHAIN-1 against requests that are simulated one attempt at a time."""

from __future__ import annotations

import random
from itertools import product

import pytest

from scenarios.chain import laws

REQUESTS = 20_000


class Row:
    """Services that call each other with retries; only what the text says, no formula."""

    def __init__(self, failing: list[float], retries: int) -> None:
        self.failing, self.retries = failing, retries
        self.begun = [0] * len(failing)
        self.chance = random.Random(f"{failing}/{retries}")

    def call(self, number: int) -> bool:
        """A caller's attempts at one service, until one succeeds."""
        return any(self.attempt(number) for _ in range(1 + self.retries))

    def attempt(self, number: int) -> bool:
        self.begun[number] += 1
        if self.chance.random() < self.failing[number]:
            return False
        return number + 1 == len(self.failing) or self.call(number + 1)


@pytest.mark.parametrize(
    ("failing", "retries"),
    [
        *(([share] * k, r) for share, k, r in product((0.05, 0.3), (1, 2, 4), (0, 1, 2))),
        ([0.0, 0.0, 0.4], 2),
        ([0.1, 0.6, 0.2, 0.0], 1),
        ([0.2, 0.5, 0.7], 3),
    ],
)
def test_success_and_attempts_are_those_of_simulated_requests(
    failing: list[float], retries: int
) -> None:
    row = Row(failing, retries)
    answered = sum(row.call(0) for _ in range(REQUESTS))
    assert laws.success(failing, retries) == pytest.approx(answered / REQUESTS, rel=0.03)
    expected = laws.attempts_at_last(failing, retries)
    assert expected == pytest.approx(row.begun[-1] / REQUESTS, rel=0.03)


@pytest.mark.parametrize(("services", "retries"), [(1, 2), (3, 1), (4, 2)])
def test_where_the_last_always_fails_each_level_multiplies(services: int, retries: int) -> None:
    failing = [0.0] * (services - 1) + [1.0]
    row = Row(failing, retries)
    assert not row.call(0)
    assert row.begun[-1] == (1 + retries) ** services
    assert laws.attempts_at_last(failing, retries) == (1 + retries) ** services
    assert laws.success(failing, retries) == 0


def test_the_power_of_one_callers_attempts_is_another_number() -> None:
    """(1 + q + ... + q^r)^k holds where every attempt fails by itself, whatever lies behind."""
    failing, retries = [0.0, 0.0, 0.5], 1
    assert laws.attempts_at_last(failing, retries) == pytest.approx(sum(0.5**n for n in range(8)))
    assert laws.attempts(0.5, retries) ** 3 == pytest.approx(3.375)


def test_without_retries_success_is_the_power_and_latency_the_sum() -> None:
    assert laws.success([0.1] * 8, 0) == pytest.approx(0.9**8)
    assert laws.latency([5.0, 50.0, 5.0], entry=1.0, hop=0.5) == pytest.approx(62.0)
    assert laws.latency([5.0], entry=1.0, hop=0.5) == pytest.approx(6.0)
