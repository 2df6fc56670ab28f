"""The exponent of growth: straight lines, powers, N log N, and what too few levels do not tell."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from bench.stats.growth import exponents, growth, power_words

LEVELS = np.array([1.0, 5, 30, 180, 1000])


def rows(curve: np.ndarray, spread: float = 0.02, trials: int = 8, seed: int = 1) -> np.ndarray:
    return curve * np.random.default_rng(seed).lognormal(0, spread, (trials, len(curve)))


@given(st.floats(0.3, 3.0), st.floats(0, 50), st.floats(0.01, 100))
def test_without_noise_the_exponent_is_found(power: float, start: float, slope: float) -> None:
    curve = slope * (start + LEVELS**power)
    assert exponents(LEVELS, curve[None, :])[0] == pytest.approx(power, abs=0.003)


@pytest.mark.parametrize("seed", range(5))
def test_with_noise_it_is_what_scipy_fits(seed: int) -> None:
    (row,) = rows(20 + LEVELS**1.2, 0.03, 1, seed)
    started = (20.0, 1.0, 1.1)
    best, _ = curve_fit(lambda x, a, b, k: a + b * x**k, LEVELS, row, started, sigma=row)
    assert exponents(LEVELS, row[None, :])[0] == pytest.approx(best[2], abs=0.002)


@pytest.mark.parametrize(
    ("curve", "low", "high", "shape"),
    [
        (lambda x: 3 * x, 0.99, 1.01, "as claimed"),
        (lambda x: 10 + 3 * x, 0.98, 1.02, "as claimed"),
        (lambda x: 20 + x**1.5, 1.45, 1.55, "otherwise"),  # a line explains 98 % of it
        (lambda x: 20 + x * np.log2(x), 1.15, 1.3, "otherwise"),
        (lambda x: 20 + 3 * np.sqrt(x), 0.4, 0.6, "otherwise"),
    ],
)
def test_shapes(
    curve: Callable[[np.ndarray], np.ndarray], low: float, high: float, shape: str
) -> None:
    found = growth(LEVELS, rows(curve(LEVELS), 0.01).tolist())
    assert low < found.low <= found.value <= found.high < high
    assert found.shape() == shape


def test_another_exponent_may_be_claimed() -> None:
    found = growth(LEVELS, rows(20 + LEVELS**1.5, 0.01).tolist())
    assert found.shape(1.5) == "as claimed"
    assert found.shape(1.5, level=found.p_within(1.5) / 2) == "neither"


@pytest.mark.parametrize(
    ("levels", "trials"),
    [([1, 5, 30, 1000], 8), ([100, 200, 300, 400, 500], 8), ([1, 5, 30, 180, 1000], 5)],
)
def test_too_little_settles_nothing(levels: list[float], trials: int) -> None:
    found = growth(levels, rows(np.array(levels, dtype=float), 0.001, trials).tolist())
    assert found.value == pytest.approx(1, abs=0.05)
    assert found.shape() == "neither"


def test_noise_that_hides_the_shape_asks_for_repeats() -> None:
    found = growth(LEVELS, rows(20 + LEVELS, 0.1).tolist())
    assert found.shape() == "neither"
    assert found.repeats() > found.trials


@pytest.mark.parametrize("values", [[], [[1.0, math.nan, 3, 4, 5]], [[0.0, 1, 2, 3, 4]]])
def test_rows_without_values_are_left_out(values: list[list[float]]) -> None:
    found = growth(LEVELS, values)
    assert (found.trials, found.shape(), found.repeats()) == (0, "neither", 6)
    assert math.isnan(found.value)


def test_an_exponent_in_words() -> None:
    assert power_words(1.212) == "N^1.21"
    assert power_words(math.nan) == "N^?"
