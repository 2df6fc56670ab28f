"""The exponent of growth: straight lines, powers, N log N."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from bench.stats.growth import exponents

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
    ("curve", "low", "high"),
    [
        (lambda x: 3 * x, 0.99, 1.01),
        (lambda x: 10 + 3 * x, 0.98, 1.02),
        (lambda x: 20 + x**1.5, 1.45, 1.55),  # a line explains 98 % of it
        (lambda x: 20 + x * np.log2(x), 1.15, 1.3),
        (lambda x: 20 + 3 * np.sqrt(x), 0.4, 0.6),
    ],
)
def test_shapes(curve: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> None:
    found = exponents(LEVELS, rows(curve(LEVELS), 0.01))
    assert low < np.median(found) < high
