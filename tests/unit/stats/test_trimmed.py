"""The centre of trials: against scipy, its widening, the repeats that it proposes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.stats import trimmed
from bench.stats.trimmed import centre

trials = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=2, max_size=25)


@given(trials)
def test_without_room_for_noise_the_centre_and_its_error_are_scipys(values: list[float]) -> None:
    """scipy's trimmed test of two samples that are alike but for a shift: twice the variance."""
    shift, trim = 1000.0, trimmed.TRIM if len(values) >= 6 else 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trimmed, "widening", lambda count: 1.0)
        patch.setattr(trimmed, "DISTURBED", 0.0)
        found = centre(values)
    assert found.value == pytest.approx(stats.trim_mean(values, trim), abs=1e-9)
    kept = np.sort(values)[int(trim * len(values)) :][: found.freedom + 1]
    if kept[-1] - kept[0] < 1e-3:
        return
    theirs = stats.ttest_ind(np.array(values) + shift, values, equal_var=False, trim=trim)
    assert found.error == pytest.approx(shift / theirs.statistic / math.sqrt(2), rel=1e-6)


@given(st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=6, max_size=25))
def test_the_room_for_noise(values: list[float]) -> None:
    """For correlated trials a factor, for disturbed ones a part that no number takes away."""
    found, count = centre(values), len(values)
    cut = int(0.2 * count)
    spread = float(np.std(stats.mstats.winsorize(np.array(values), (0.2, 0.2)).data, ddof=1))
    if spread < 1e-3:
        return
    kept = count - 2 * cut
    drawn = trimmed.widening(count) * spread * math.sqrt((count - 1) / (kept * (kept - 1)))
    assert found.error == pytest.approx(math.hypot(drawn, trimmed.DISTURBED * spread))


def test_the_widening_is_what_a_correlation_hides() -> None:
    """Against the covariance matrix itself."""
    for count in (2, 6, 10, 30):
        lags = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
        cov = trimmed.CORRELATION**lags
        centred = np.eye(count) - 1 / count
        of_mean = cov.sum() / count**2
        of_sample = np.trace(centred @ cov) / (count - 1)
        assert trimmed.widening(count) == pytest.approx(math.sqrt(count * of_mean / of_sample))
    assert trimmed.widening(10, 0.0) == 1


def test_many_sets_at_once_are_each_alone() -> None:
    sets = np.random.default_rng(1).normal(size=(4, 8))
    together = centre(sets)
    for place, values in enumerate(sets):
        alone = centre(values)
        assert (together.value[place], together.error[place]) == (alone.value, alone.error)
        assert together.p_above(0.1)[place] == alone.p_above(0.1)


@given(trials, st.floats(-100, 100))
def test_the_tails_agree_with_the_interval(values: list[float], bound: float) -> None:
    found = centre(values)
    low, high = found.interval()
    assert found.p_above(bound) + found.p_below(bound) == pytest.approx(1)
    if found.error > 0:
        assert (found.p_above(low), found.p_below(high)) == pytest.approx((0.025, 0.025), rel=1e-6)


@pytest.mark.parametrize(
    ("values", "value", "interval"),
    [
        ([], math.nan, (math.nan, math.nan)),
        ([3.0], 3.0, (math.nan, math.nan)),
        ([3.0] * 6, 3.0, (3.0, 3.0)),
        ([0.0, 0, 0, 0, 0, 9], 0.0, (-6.583, 6.583)),  # not a certain zero
        ([1.0, 1.1, 0.9, 1.0, 50, 1.0], 1.025, (0.8758, 1.1742)),  # one wild trial
    ],
)
def test_centres(values: list[float], value: float, interval: tuple[float, float]) -> None:
    found = centre(values)
    assert found.value == pytest.approx(value, nan_ok=True)
    assert found.interval() == pytest.approx(interval, rel=1e-3, nan_ok=True)


def test_alike_trials_lie_where_they_lie() -> None:
    found = centre([3.0] * 6)
    assert (found.p_above(2), found.p_above(3), found.p_above(4)) == (0, 0.5, 1)


@pytest.mark.parametrize(
    ("values", "distance", "repeats"),
    [([1.0], 0.1, 6), ([1.0] * 6, 0.0, 6), ([1.0, 2, 3], 0.0, trimmed.MOST)],
)
def test_repeats_where_little_is_known(values: list[float], distance: float, repeats: int) -> None:
    assert trimmed.repeats_to_settle(centre(values), distance) == repeats
