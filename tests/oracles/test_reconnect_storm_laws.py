"""The laws of `reconnect_storm` against clients that draw their times one by one."""

from __future__ import annotations

import random

import pytest

from scenarios.reconnect_storm import laws


@pytest.mark.parametrize(("clients", "within_s"), [(100, 1.0), (200, 2.0), (400, 1.5)])
def test_st3_against_drawn_times(clients: int, within_s: float) -> None:
    chance, last_s, rates = random.Random(1), [], []
    for _ in range(2000):
        times = sorted(chance.random() * within_s for _ in range(clients))
        first, last = (round(share * (clients - 1)) for share in (0.1, 0.9))
        rates.append((last - first) / (times[last] - times[first]))
        last_s.append(times[-1])
    assert laws.all_back_s(clients, within_s) == pytest.approx(sum(last_s) / 2000, rel=0.002)
    rates.sort()
    assert laws.returns_per_s(clients, within_s) == pytest.approx(rates[1000], rel=0.03)
