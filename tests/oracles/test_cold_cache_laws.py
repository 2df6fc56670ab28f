"""ST-4 against caches that are filled lookup by lookup."""

from __future__ import annotations

import math
import random
from bisect import bisect
from itertools import accumulate

import pytest

from scenarios.cold_cache import laws
from scenarios.cold_cache.load import LOAD, weights

TURNS = 4


def simulated(keys: int, skew: float, runs: int) -> list[float]:
    """The mean hit share of each turn: at random times, so the number of lookups is one too."""
    steps = list(accumulate(weights(LOAD(keys=keys, skew=skew).own)))
    hits, count = [0] * TURNS, [0] * TURNS
    for seed in range(runs):
        chance = random.Random(f"{keys}/{skew}/{seed}")
        cache: set[int] = set()
        at = chance.expovariate(keys)
        while at < TURNS:
            key = min(bisect(steps, chance.random()), keys - 1)
            count[int(at)] += 1
            hits[int(at)] += key in cache
            cache.add(key)
            at += chance.expovariate(keys)
    return [a / b for a, b in zip(hits, count, strict=True)]


@pytest.mark.parametrize(("keys", "skew"), [(50, 0.0), (200, 0.0), (200, 0.7), (300, 1.2)])
def test_hits_of_each_turn_are_those_of_a_simulated_cache(keys: int, skew: float) -> None:
    found = simulated(keys, skew, 60)
    shares = weights(LOAD(keys=keys, skew=skew).own)
    expected = [
        laws.mean_hit_share(shares, turn * keys, (turn + 1) * keys) for turn in range(TURNS)
    ]
    assert found == pytest.approx(expected, rel=0.03)


def test_alike_it_is_the_exponential() -> None:
    shares = [1 / 40] * 40
    for lookups in (0, 10, 40, 200):
        assert laws.hit_share(shares, lookups) == pytest.approx(1 - math.exp(-lookups / 40))
        assert laws.misses(shares, lookups) == pytest.approx(40 * (1 - math.exp(-lookups / 40)))


def test_the_mean_is_the_integral() -> None:
    shares = weights(LOAD(keys=80, skew=1.0).own)
    points = [laws.hit_share(shares, 0.5 + number) for number in range(100, 300)]
    assert laws.mean_hit_share(shares, 100, 300) == pytest.approx(sum(points) / 200, rel=1e-4)
