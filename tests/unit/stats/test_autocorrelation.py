"""Whether trials resemble the one before, and the median's interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.stats.autocorrelation import lag_one, median_interval


def test_a_drift_is_clear_also_among_unlike_patterns_taken_in_turn() -> None:
    chance = np.random.default_rng(1)
    drift = np.linspace(0, 1, 40) + chance.normal(0, 0.1, 40)
    scale = [1, 100, 10_000, 0.1] * 10
    found = lag_one((np.exp(drift) * scale).tolist(), [place % 4 for place in range(40)])
    assert found.is_clear
    assert found.value > 0.5
    assert not lag_one(chance.permutation(drift).tolist()).is_clear


def test_independent_trials_seldom_look_correlated() -> None:
    chance = np.random.default_rng(2)
    groups = [place % 3 for place in range(30)]
    clear = sum(lag_one(row, groups).is_clear for row in chance.normal(size=(500, 30)))
    assert clear <= stats.binom.ppf(0.999, 500, 0.025)


def test_one_wild_trial_does_not_decide() -> None:
    values = np.linspace(0, 1, 20)
    wild = [*values[:10], 1e9, *values[10:]]
    assert lag_one(wild).is_clear


def test_few_trials_are_not_judged() -> None:
    assert not lag_one(list(range(11))).is_clear
    assert lag_one(list(range(12))).is_clear
    assert math.isnan(lag_one([1.0, 2.0]).value)
    assert math.isnan(lag_one([1.0] * 20).value)
    assert lag_one([*range(12), math.nan, 3.0], [*["a"] * 13, "b"]).trials == 12


def test_every_value_has_its_group() -> None:
    with pytest.raises(ValueError, match="3 values and 2 groups"):
        lag_one([1, 2, 3], ["a", "b"])


@given(st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=40, unique=True))
def test_the_medians_interval_is_that_of_the_sign_test(values: list[float]) -> None:
    found = median_interval(values)
    count = len(values)
    assert found.value == np.median(values)
    # Just inside the interval the sign test does not reject; just outside it does.
    inside = sum(value > found.low for value in values)
    outside = sum(value >= found.low for value in values)
    assert stats.binomtest(count - inside, count).pvalue > 0.05
    assert stats.binomtest(count - outside, count).pvalue <= 0.05


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_trials_have_no_median_interval(count: int) -> None:
    found = median_interval([1.0] * count)
    assert not found.has_interval
    assert found.trials == count


@pytest.mark.parametrize(("count", "rank"), [(6, 1), (8, 1), (9, 2), (12, 3), (20, 6)])
def test_the_median_lies_between_order_statistics(count: int, rank: int) -> None:
    """Ranks as in the tables of the sign test."""
    found = median_interval([float(one) for one in range(1, count + 1)])
    assert (found.low, found.high) == (rank, count + 1 - rank)


@given(st.integers(6, 60))
def test_a_medians_interval_is_scipys(count: int) -> None:
    values = np.arange(1.0, count + 1)
    theirs = stats.quantile_test(values, q=0, p=0.5).confidence_interval(0.95)
    found = median_interval(list(values))
    assert (found.low, found.high) == (theirs.low, theirs.high)
