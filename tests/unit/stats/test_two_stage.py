"""The number of trials that a pilot fixes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.stats import trimmed
from bench.stats.two_stage import trials_in_all


@pytest.mark.parametrize("spread", [0.02, 0.05])
def test_the_interval_of_so_many_trials_is_as_narrow_as_asked(spread: float) -> None:
    """Not of each run: of most, because the pilot's few degrees of freedom ask for more."""
    chance, narrow, cases = np.random.default_rng(1), 0, 150
    for _ in range(cases):
        trials = chance.lognormal(0, spread, 400)
        count = trials_in_all(trials[:8].tolist(), 0.05)
        low, high = trimmed.centre(np.log(trials[:count])).interval()
        narrow += (high - low) / 2 <= math.asinh(0.05)
    assert narrow >= 0.8 * cases


def test_without_room_for_noise_it_is_steins_number() -> None:
    pilot = np.random.default_rng(2).normal(0, 5, 5) + 10
    assert pilot.min() < 0
    reach = stats.t.ppf(0.975, 4) * np.std(pilot, ddof=1) / abs(pilot.mean())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trimmed, "widening", lambda count: 1.0)
        patch.setattr(trimmed, "DISTURBED", 0.0)
        patch.setattr(trimmed, "FEWEST", 10_000)  # nothing is trimmed
        for share in (0.1, 0.3, 1.0):
            assert trials_in_all(pilot.tolist(), share) == max(5, math.ceil((reach / share) ** 2))


@pytest.mark.parametrize(
    ("pilot", "share", "count"),
    [
        ([3.0] * 6, 0.01, 6),
        ([100.0, 100.1, 99.9, 100, 100.1, 99.9], 0.05, 6),
        ([100.0, 150, 50, 100, 140, 60], 0.001, trimmed.MOST),
        ([0.0, 1, -1, 0, 1, -1], 0.05, trimmed.MOST),  # about 0 there is no share
    ],
)
def test_numbers(pilot: list[float], share: float, count: int | None) -> None:
    assert trials_in_all(pilot, share) == count


def test_a_pilot_of_one_is_none() -> None:
    with pytest.raises(ValueError, match="a pilot of 1 has no spread"):
        trials_in_all([1.0], 0.05)
