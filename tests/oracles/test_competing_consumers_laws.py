"""Laws of `competing_consumers` against a simulation of the queue, item by item."""

from __future__ import annotations

import heapq
import random

import pytest

from scenarios.competing_consumers import laws


def simulated(consumers: int, keys: int, items: int) -> tuple[float, float]:
    """Shares that overlap and that are overtaken, of a line that is never empty."""
    chance = random.Random(f"{consumers}/{keys}")
    free_at = [(number + 1) / consumers for number in range(consumers)]
    heapq.heapify(free_at)
    last: dict[int, float] = {}
    pairs = overlapped = overtaken = 0
    for _ in range(items):
        begun = free_at[0]
        done = begun + chance.expovariate(1)
        heapq.heapreplace(free_at, done)
        key = chance.randrange(keys)
        if key in last:
            pairs += 1
            overlapped += begun < last[key] - 1e-9
            overtaken += done < last[key] - 1e-9
        last[key] = done
    return overlapped / pairs, overtaken / pairs


@pytest.mark.parametrize(("consumers", "keys"), [(2, 1), (2, 10), (4, 10), (8, 5), (12, 40)])
def test_order1_is_what_a_full_queue_does(consumers: int, keys: int) -> None:
    overlapped, overtaken = simulated(consumers, keys, items=60_000)
    assert overlapped == pytest.approx(
        laws.overlapped_exponential(consumers, keys), rel=0.03, abs=0.003
    )
    assert overtaken == pytest.approx(
        laws.overtaken_exponential(consumers, keys), rel=0.04, abs=0.003
    )
