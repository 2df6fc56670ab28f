"""Percentiles and intervals against numpy, sorting and scipy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.stats.estimates import (
    Estimate,
    clearly_best,
    estimate,
    nearest_rank,
    nearest_rank_of_ordered,
    percentile,
    percentile_of_ordered,
    samples_needed,
)
from bench.stats.trimmed import DISTURBED, widening

finite = st.floats(-1e12, 1e12)
positive = st.floats(1e-3, 1e9)


@pytest.mark.parametrize(
    ("quantile", "needed"), [(0.5, 7), (0.9, 44), (0.99, 459), (0.999, 4603), (0.9999, 46050)]
)
def test_a_percentile_needs_so_many_samples(quantile: float, needed: int) -> None:
    assert samples_needed(quantile) == needed
    # The definition: with n samples one lies above the quantile with 99 % certainty.
    assert 1 - quantile**needed >= 0.99 > 1 - quantile ** (needed - 1)


def test_less_certainty_needs_fewer_samples() -> None:
    assert samples_needed(0.99, 0.95) == 299


@pytest.mark.parametrize(("quantile", "needed"), [(0.5, 7), (0.9, 44), (0.99, 459), (0.999, 4603)])
def test_a_percentile_that_the_sample_cannot_carry_is_not_given(
    quantile: float, needed: int
) -> None:
    values = np.arange(needed)
    assert math.isnan(percentile(values[:-1], quantile))
    assert percentile(values, quantile) == math.ceil(quantile * needed) - 1


@given(
    st.integers(459, 3000),
    st.sampled_from([("0.5", 0.5), ("0.9", 0.9), ("0.99", 0.99)]),
    st.integers(0, 2**32 - 1),
)
def test_percentiles_agree_with_sorting_and_with_numpy(
    count: int, quantile: tuple[str, float], seed: int
) -> None:
    values = np.random.default_rng(seed).integers(-1000, 10**9, count)
    text, share = quantile
    rank = math.ceil(Fraction(text) * count)
    found = percentile(values, share)
    assert found == sorted(values.tolist())[rank - 1]
    assert found == np.quantile(values, share, method="inverted_cdf")


@given(st.lists(finite, max_size=600), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_values_that_are_sorted_already_have_the_same_percentiles(
    values: list[float], quantile: float
) -> None:
    some = np.array(values, float)
    ordered = np.sort(some)
    for one, other in (
        (percentile(some, quantile), percentile_of_ordered(ordered, quantile)),
        (nearest_rank(some, quantile), nearest_rank_of_ordered(ordered, quantile)),
    ):
        assert one == other or (math.isnan(one) and math.isnan(other))


def test_a_percentile_leaves_the_values_in_their_order() -> None:
    values = np.random.default_rng(1).permutation(1000)
    before = values.copy()
    percentile(values, 0.5)
    assert np.array_equal(values, before)


def half_of(values: Sequence[float]) -> float:
    """Half the interval: scipy's trimmed t from six trials on, below Student's; with room."""
    count = len(values)
    trim = 0.2 if count >= 6 else 0.0
    sample = np.asarray(values, dtype=float)
    shift = 1e3 * max(1.0, float(np.ptp(sample)))  # two samples alike but for a shift
    pair = stats.ttest_ind(sample + shift, sample, equal_var=False, trim=trim)
    kept = count - 2 * int(trim * count)
    drawn = shift / float(pair.statistic) / math.sqrt(2) * widening(count)
    winsorized = stats.mstats.winsorize(sample, (trim, trim)).data
    error = math.hypot(drawn, DISTURBED * float(np.std(winsorized, ddof=1)))
    return float(stats.t.ppf(0.975, kept - 1)) * error


@given(st.lists(positive, min_size=2, max_size=8))
def test_a_positive_interval_is_a_trimmed_t_on_the_logs(values: list[float]) -> None:
    found = estimate(values)
    logs = np.log(values)
    if stats.iqr(logs) > 1e-3:
        half, mean = half_of(logs.tolist()), float(np.mean(values))
        assert found.low == pytest.approx(mean * math.exp(-half), rel=1e-5)
        assert found.high == pytest.approx(mean * math.exp(min(half, 700)), rel=1e-5)
    assert found.value == pytest.approx(float(np.mean(values)))
    assert found.value > 0
    assert 0 <= found.low <= found.value <= found.high
    assert found.trials == len(values)


@given(st.lists(finite, min_size=2, max_size=8))
def test_an_interval_with_values_of_any_sign_is_a_trimmed_t(values: list[float]) -> None:
    signed = [-1.0, *values]
    found = estimate(signed)
    if stats.iqr(signed) > 1e-3 * np.ptp(signed):
        half, mean = half_of(signed), float(np.mean(signed))
        assert found.low == pytest.approx(mean - half, rel=1e-5, abs=1e-5 * half)
        assert found.high == pytest.approx(mean + half, rel=1e-5, abs=1e-5 * half)


@pytest.mark.parametrize("count", [3, 5, 6, 10])
def test_the_interval_covers_the_truth_at_least_nineteen_times_in_twenty(count: int) -> None:
    """400 runs of log-normal trials: it is wide enough for correlated ones, which these are not."""
    chance = np.random.default_rng(5)
    trials = np.exp(chance.normal(0, 0.05, (400, count)))
    truth = math.exp(0.05**2 / 2)
    inside = sum(e.low <= truth <= e.high for e in map(estimate, trials.tolist()))
    assert inside >= stats.binom.ppf(0.0001, 400, 0.95)
    assert inside < 400


@pytest.mark.parametrize(
    ("per_trial", "pooled", "value", "trials"),
    [
        ([], None, math.nan, 0),
        ([math.nan, math.nan], None, math.nan, 0),
        ([3.0], None, 3.0, 1),
        ([3.0, math.nan], None, 3.0, 1),
        ([3.0], 4.0, 4.0, 1),
        ([], 4.0, 4.0, 0),
    ],
)
def test_one_trial_alone_has_no_interval(
    per_trial: list[float], pooled: float | None, value: float, trials: int
) -> None:
    found = estimate(per_trial, pooled)
    assert found.value == pytest.approx(value, nan_ok=True)
    assert found.trials == trials
    assert not found.has_interval
    assert math.isnan(found.high)
    assert math.isnan(found.half_width_share)


def test_a_pooled_value_takes_its_width_from_the_trials() -> None:
    alone, pooled = estimate([9.0, 10.0, 11.0]), estimate([9.0, 10.0, 11.0], 20.0)
    assert pooled.value == 20
    assert pooled.high / pooled.value == pytest.approx(alone.high / alone.value)
    assert math.isnan(estimate([9.0, 10.0, 11.0], math.nan).value)


def test_values_that_agree_have_an_interval_of_no_width() -> None:
    found = estimate([2.0, 2.0, 2.0])
    assert (found.low, found.value, found.high) == (2, 2, 2)
    assert found.half_width_share == 0
    assert math.isnan(estimate([0.0, 0.0]).half_width_share)


def test_the_half_width_is_a_share_of_the_value() -> None:
    assert Estimate(10, 8, 14, 3).half_width_share == pytest.approx(0.3)
    assert Estimate(-10, -14, -8, 3).half_width_share == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("intervals", "higher", "index"),
    [
        ([(5, 4, 6), (8, 7, 9)], False, 0),
        ([(5, 4, 6), (8, 7, 9)], True, 1),
        ([(8, 7, 9), (5, 4, 6), (9, 8, 10)], False, 1),
        ([(5, 4, 7), (8, 7, 9)], False, None),  # they touch
        ([(5, 4, 7), (8, 7, 9)], True, None),
        ([(5, 4, 6), (5, 4, 6)], False, None),
        ([(5, 4, 6), (5.5, 1, 20), (9, 8, 10)], False, None),
        ([(5, 4, 6)], False, None),
        ([], False, None),
        ([(math.nan, math.nan, math.nan), (5, 4, 6), (8, 7, 9)], False, 1),
        ([(5, math.nan, math.nan), (8, 7, 9)], False, None),
    ],
)
def test_the_best_is_named_only_where_no_other_reaches_it(
    intervals: list[tuple[float, float, float]], higher: bool, index: int | None
) -> None:
    assert clearly_best([Estimate(*entry, 5) for entry in intervals], higher) == index
