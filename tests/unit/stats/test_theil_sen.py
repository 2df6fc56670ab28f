"""Where a line through noisy points reaches a value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.stats.theil_sen import reaches

X = np.linspace(0, 2, 12)


@given(st.floats(0.2, 5), st.booleans(), st.floats(-3, 3), st.floats(-2, 2))
def test_without_noise_it_is_on_the_line(
    slope: float, falls: bool, offset: float, target: float
) -> None:
    slope = -slope if falls else slope
    found = reaches(X.tolist(), (offset + slope * X).tolist(), target, 0.1)
    assert found is not None
    place = (target - offset) / slope
    assert (found.value, found.low, found.high) == pytest.approx((place, place, place), abs=1e-6)


def test_wild_points_do_not_move_it_and_no_point_is_left_out() -> None:
    values = 3 * X + np.random.default_rng(1).normal(0, 0.1, 12)
    calm = reaches(X.tolist(), values.tolist(), 3.0, 0.1)
    values[3] = 1e6
    wild = reaches(X.tolist(), values.tolist(), 3.0, 0.1)
    assert calm is not None
    assert wild is not None
    assert wild.value == pytest.approx(calm.value, abs=0.05)
    assert wild.points == 12


def test_the_interval_holds_the_truth() -> None:
    chance, held, cases = np.random.default_rng(2), 0, 100
    for _ in range(cases):
        found = reaches(X.tolist(), (2 * X + chance.normal(0, 0.2, 12)).tolist(), 2.0, 0.1)
        held += found is not None and found.low <= 1.0 <= found.high
    assert held >= stats.binom.ppf(0.01, cases, 0.95)


def test_an_unsure_slope_widens_the_interval() -> None:
    chance = np.random.default_rng(3)
    near, far = (
        reaches(X.tolist(), (0.5 * X + chance.normal(0, 0.05, 12)).tolist(), target, 0.1)
        for target in (0.5, 2.0)
    )
    assert near is not None
    assert far is not None
    assert far.high - far.low > 1.5 * (near.high - near.low)


@pytest.mark.parametrize(("x", "y"), [([1.0, 1, 1], [1.0, 2, 3]), ([1.0, 2, 3], [1.0, 1.05, 1.1])])
def test_no_line_where_nothing_grows(x: list[float], y: list[float]) -> None:
    assert reaches(x, y, 2.0, 0.1) is None
