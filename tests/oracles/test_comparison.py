"""Comparisons: honest where nothing differs, powerful where something does, exact beside scipy."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.stats import power, ranks, trimmed
from bench.stats.estimates import Estimate, bootstrap_interval, estimate
from bench.stats.trimmed import MOST, centre, half_width
from bench.stats.two_samples import (
    EFFECTS,
    SAME_WORDS,
    Comparison,
    compare,
    effect_words,
    holm,
    paired_shift,
    unpaired_shift,
    words_for,
)

CASES = 10_000
positive = st.floats(1e-3, 1e6)
trials = st.lists(positive, min_size=2, max_size=12)


def log_normal(seed: int, repeats: int, spread: float, ratio: float = 1.0) -> np.ndarray:
    """Logs of CASES runs of so many trials."""
    return np.random.default_rng(seed).normal(math.log(ratio), spread, (CASES, repeats))


# --- honesty and power, in 10,000 cases -----------------------------------------------------


@pytest.mark.parametrize("repeats", [3, 5, 6, 10])
def test_pairs_of_the_same_differ_falsely_less_than_once_in_twenty(repeats: int) -> None:
    """Independent trials: the room for correlated ones makes it careful."""
    shift = paired_shift(log_normal(1, repeats, 0.1), log_normal(2, repeats, 0.1))
    high = stats.binom.ppf(0.999, CASES, 0.05)
    assert 0.1 * high <= np.count_nonzero(shift.p_value < 0.05) <= high


@pytest.mark.parametrize(("repeats", "other"), [(3, 3), (5, 5), (10, 10), (3, 10)])
def test_runs_of_the_same_differ_falsely_at_most_once_in_twenty(repeats: int, other: int) -> None:
    shift = unpaired_shift(log_normal(3, repeats, 0.1), log_normal(4, other, 0.1))
    high = stats.binom.ppf(0.999, CASES, 0.05)
    assert 0.1 * high <= np.count_nonzero(shift.p_value < 0.05) <= high


@pytest.mark.parametrize("paired", [True, False])
def test_intervals_hold_the_true_ratio(paired: bool) -> None:
    a, b = log_normal(5, 6, 0.2), log_normal(6, 6, 0.2, ratio=1.3)
    low, high = (paired_shift if paired else unpaired_shift)(a, b).interval(0.95)
    inside = np.count_nonzero((low <= math.log(1.3)) & (math.log(1.3) <= high))
    assert stats.binom.ppf(0.001, CASES, 0.95) <= inside < CASES


@pytest.mark.parametrize(("paired", "spread"), [*product([True, False], [0.02, 0.05, 0.1, 0.2])])
def test_ten_percent_are_found_with_the_proposed_repeats(paired: bool, spread: float) -> None:
    repeats = power.repeats_needed(spread, 0.10, 0.9)
    a, b = log_normal(7, repeats, spread), log_normal(8, repeats, spread, ratio=1.1)
    shift = (paired_shift if paired else unpaired_shift)(a, b)
    found = np.count_nonzero((shift.p_value < 0.05) & (shift.centre > 0))
    assert found >= stats.binom.ppf(0.001, CASES, 0.88)


@pytest.mark.parametrize("spread", [0.02, 0.05, 0.1])
def test_few_repeats_would_not_do(spread: float) -> None:
    """The proposal is the least: with one repeat less the power is below what was asked for."""
    repeats = power.repeats_needed(spread)
    effect = math.log(1.1) / spread
    assert power.power_of(repeats, effect) >= 0.9
    assert power.power_of(repeats - 1, effect) < 0.9


@pytest.mark.parametrize(
    ("spread", "difference", "repeats"),
    [(0.0, 0.1, 2), (0.05, 0.1, 18), (0.05, -0.1, 16), (0.1, 0.1, 78), (0.1, 0.05, MOST)],
)
def test_repeats_needed(spread: float, difference: float, repeats: int) -> None:
    assert power.repeats_needed(spread, difference) == repeats


# --- the interval of one value --------------------------------------------------------------


@given(st.lists(positive, min_size=2, max_size=9), st.sampled_from([0.02, 0.05, 0.25]))
def test_the_repeats_for_a_precision_are_the_least_that_would_do(
    values: list[float], share: float
) -> None:
    entry = estimate(values)
    needed = power.repeats_for_precision(entry, share)
    assert needed is not None
    if entry.half_width_share <= share:
        assert needed == entry.trials
        return

    def width(count: int) -> float:
        """As wide as the interval at hand, for the width that so many trials have."""
        half = math.asinh(entry.half_width_share) * half_width(count) / half_width(len(values))
        return math.sinh(min(half, 700.0))

    if needed < MOST and entry.half_width_share < 1e6:
        assert width(needed) <= share * 1.000001
        assert needed == len(values) + 1 or width(needed - 1) > share * 0.999999


@pytest.mark.parametrize(
    ("entry", "share", "needed"),
    [
        (Estimate(100, math.nan, math.nan, 1), 0.05, None),
        (Estimate(0, -1, 1, 3), 0.05, None),
        (Estimate(100, 99, 101, 3), 0.05, 3),
        (Estimate(10, 5, 15, 5), 0.25, 16),  # any sign: linear
        (Estimate(1, 1e-200, 1e200, 2), 0.01, MOST),
    ],
)
def test_repeats_for_precision(entry: Estimate, share: float, needed: int | None) -> None:
    assert power.repeats_for_precision(entry, share) == needed


def test_the_studentized_bootstrap_covers_like_students() -> None:
    chance = np.random.default_rng(9)
    runs = np.exp(chance.normal(0, 0.1, (300, 5)))
    truth = math.exp(0.1**2 / 2)
    held = sum(low <= truth <= high for low, high in map(bootstrap_interval, runs.tolist()))
    low, high = stats.binom.interval(0.9999, 300, 0.95)
    assert low <= held <= high


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0, math.nan]])
def test_no_bootstrap_of_fewer_than_four(values: list[float]) -> None:
    assert all(map(math.isnan, bootstrap_interval(values)))


def test_the_bootstrap_is_seeded_and_scales_with_the_values() -> None:
    values = list(np.random.default_rng(1).lognormal(0, 0.2, 9))
    found = bootstrap_interval(values, seed=3)
    assert found == bootstrap_interval(values, seed=3) != bootstrap_interval(values, seed=4)
    scaled = bootstrap_interval([value * 1000 for value in values], seed=3)
    assert scaled == pytest.approx([end * 1000 for end in found])
    assert bootstrap_interval([2.0] * 6) == (2.0, 2.0)
    low, high = bootstrap_interval([-1.0, 0.0, 1.0, 2.0, 0.5])
    assert low < 0.5 < high


# --- one comparison -------------------------------------------------------------------------


many = st.lists(positive, min_size=6, max_size=12)


@given(many, many)
def test_without_room_for_noise_two_samples_agree_with_scipys_trimmed_test(
    a: list[float], b: list[float]
) -> None:
    if min(stats.iqr(np.log(a)), stats.iqr(np.log(b))) < 1e-3:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trimmed, "widening", lambda count: 1.0)
        patch.setattr(trimmed, "DISTURBED", 0.0)
        found = compare(a, b, paired=False)
    expected = stats.ttest_ind(np.log(b), np.log(a), equal_var=False, trim=0.2)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)


@given(st.lists(st.tuples(positive, positive), min_size=6, max_size=12))
def test_pairs_are_the_trimmed_mean_of_their_ratios(pairs: list[tuple[float, float]]) -> None:
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    found = compare(a.tolist(), b.tolist(), paired=True)
    logs = np.log(b / a)
    assert math.log(found.value) == pytest.approx(stats.trim_mean(logs, 0.2), abs=1e-9)
    ends = centre(logs).interval()
    assert math.log(found.low) == pytest.approx(ends[0], abs=1e-9)


@pytest.mark.parametrize("paired", [True, False])
@given(trials)
def test_a_value_and_itself_do_not_differ(paired: bool, values: list[float]) -> None:
    found = compare(values, values, paired)
    assert (found.value, found.verdict) == (1.0, "same")
    assert found.p_value == 1
    assert words_for(found, found.verdict) == SAME_WORDS


@given(trials, trials)
def test_turned_round_the_ratio_is_the_inverse(a: list[float], b: list[float]) -> None:
    there, back = compare(a, b, paired=False), compare(b, a, paired=False)
    assert there.value * back.value == pytest.approx(1)
    assert there.p_value == pytest.approx(back.p_value)
    swapped = {"higher": "lower", "lower": "higher"}
    assert back.verdict == swapped.get(there.verdict, there.verdict)


@pytest.mark.parametrize(
    ("a", "b", "paired", "kind", "value", "verdict"),
    [
        ([5, 5, 5], [5, 5, 5], False, "ratio", 1, "same"),
        ([5, 5, 5], [5, 5, 5, 5, 5], False, "ratio", 1, "same"),
        ([5, 5, 5], [6, 6, 6], False, "ratio", 1.2, "higher"),
        ([5, 5, 5], [6, 6, 6], True, "ratio", 1.2, "higher"),
        ([5, 5, 5], [5.01, 5.01, 5.01], False, "ratio", 1.002, "same"),
        ([1.0, 1.0, 1.0], [1.0, 1.0, 1 + 2e-16], False, "ratio", 1, "same"),
        ([5], [6], False, "ratio", 1.2, "not settled"),
        ([5], [5], True, "ratio", 1, "not settled"),
        ([5, 5, 5], [6], False, "ratio", 1.2, "not settled"),
        ([], [], False, "ratio", math.nan, "not settled"),
        ([math.nan, 5, 5], [6, math.nan, 6], True, "ratio", 1.2, "not settled"),
        ([math.nan, 5, 5], [6, math.nan, 6], False, "ratio", 1.2, "higher"),
        ([0, 0, 0], [0, 0, 0], False, "difference", 0, "same"),
        ([0, 0, 0], [3, 3, 3], False, "difference", 3, "higher"),
        ([3, 3, 3], [0, 0, 0], True, "difference", -3, "lower"),
        ([0, 1, 0], [1, 0, 1], False, "difference", 1 / 3, "not settled"),
        ([100, 101, 99], [130, 131, 129], False, "ratio", 1.3, "higher"),
        ([100, 200, 50], [110, 220, 55], True, "ratio", 1.1, "higher"),
        ([100, 200, 50], [110, 220, 55], False, "ratio", 1.1, "not settled"),
    ],
)
def test_verdicts(
    a: list[float], b: list[float], paired: bool, kind: str, value: float, verdict: str
) -> None:
    found = compare(a, b, paired)
    assert (found.kind, found.verdict) == (kind, verdict)
    assert found.value == pytest.approx(value, rel=1e-3, nan_ok=True)


def test_a_verdict_heeds_the_corrected_p() -> None:
    found = compare([100, 103, 98], [110, 114, 109], paired=False)
    assert found.verdict == "higher"
    assert found.verdict_at(0.2) == "not settled"


def test_pairs_must_be_pairs() -> None:
    with pytest.raises(ValueError, match="pairs of 2 and 3"):
        compare([1, 2], [1, 2, 3], paired=True)


@pytest.mark.parametrize(
    ("a", "b", "change"),
    [
        ([5, 5], [6, 6], (0.2, 0.2)),
        ([0, 0], [0, 0], (0, 0)),
        ([1.0, 1.0], [1 + 2e-16, 1 + 2e-16], (0, 0)),
        ([0, 0], [3, 3], (math.inf, math.inf)),
        ([3, 3], [0, 0], (-1, -1)),
        ([5], [6], (math.nan, math.nan)),
    ],
)
def test_the_change_is_relative(a: list[float], b: list[float], change: tuple[float, ...]) -> None:
    assert compare(a, b, paired=False).change() == pytest.approx(change, nan_ok=True)


def test_a_wider_interval_for_more_certainty() -> None:
    found = compare([100, 103, 98], [110, 114, 109], paired=False)
    assert found.change() == pytest.approx((found.low - 1, found.high - 1))
    low, high = found.change(0.99)
    assert low < found.low - 1
    assert high > found.high - 1


# --- many comparisons -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p_values", "corrected"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.9], [1.0, 1.0]),
        ([0.01, math.nan, 0.02], [0.02, math.nan, 0.02]),
    ],
)
def test_holm(p_values: list[float], corrected: list[float]) -> None:
    assert holm(p_values) == pytest.approx(corrected, nan_ok=True)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_none_and_bonferroni_and_keeps_the_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    for p, q in zip(p_values, corrected, strict=True):
        assert p <= q <= min(1, p * len(p_values)) + 1e-15
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(np.array(corrected)[order]) >= 0)


def test_a_family_of_nothing_has_a_false_verdict_once_in_twenty() -> None:
    shift = paired_shift(log_normal(10, 5, 0.1), log_normal(11, 5, 0.1))
    families = np.reshape(shift.p_value, (CASES // 20, 20)).tolist()
    wrong = sum(min(holm(family)) < 0.05 for family in families)
    assert wrong <= stats.binom.ppf(0.999, len(families), 0.05)


# --- ranks ----------------------------------------------------------------------------------


@given(st.lists(st.floats(-100, 100), min_size=12, max_size=20, unique=True))
def test_rank_sums_agree_with_scipy(values: list[float]) -> None:
    a, b = np.array(values[:6]), np.array(values[6:])
    expected = stats.mannwhitneyu(a, b, method="exact").pvalue
    assert ranks.rank_sum_p(a, b) == pytest.approx(expected)


@given(st.lists(st.integers(1, 1000), min_size=6, max_size=14, unique=True), st.integers(0, 2**14))
def test_signed_ranks_agree_with_scipy(sizes: list[int], signs: int) -> None:
    change = np.array([size if signs >> place & 1 else -size for place, size in enumerate(sizes)])
    expected = stats.wilcoxon(change, method="exact").pvalue
    assert ranks.signed_rank_p(np.zeros(len(sizes)), change) == pytest.approx(expected)


def test_ties_are_exact() -> None:
    """Against all orders, counted out: scipy's exact test knows no ties."""
    a, b = np.array([1.0, 1, 2, 2]), np.array([2.0, 3, 3, 3])
    both = stats.rankdata(np.concatenate([a, b]))
    sums = [both[list(c)].sum() for c in product(range(8), repeat=4) if list(c) == sorted(set(c))]
    found = both[4:].sum()
    expected = min(1, 2 * np.mean([s >= found for s in sums]))
    assert ranks.rank_sum_p(a, b) == pytest.approx(expected)


@pytest.mark.parametrize(("each", "can"), [(3, False), (4, True)])
def test_a_rank_sum_that_could_never_tell_is_not_given(each: int, can: bool) -> None:
    a = np.arange(each, dtype=float)
    assert (ranks.rank_sum_p(a, a + 100) is not None) == can


@pytest.mark.parametrize(("count", "can"), [(5, False), (6, True)])
def test_signed_ranks_that_could_never_tell_are_not_given(count: int, can: bool) -> None:
    a = np.arange(count, dtype=float)
    assert (ranks.signed_rank_p(a, a * 2 + 1) is not None) == can
    assert compare((a + 1).tolist(), (a + 1).tolist(), paired=True).rank_p is None


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (1.0, SAME_WORDS),
        (1.019, SAME_WORDS),
        (0.985, SAME_WORDS),
        (1.05, "slightly higher"),
        (0.8, "clearly lower"),
        (2.0, "much higher"),
        (0.1, "many times lower"),
        (0.0, "many times lower"),
        (math.inf, "many times higher"),
    ],
)
def test_effects_in_words(ratio: float, words: str) -> None:
    assert effect_words(ratio) == words


def test_the_table_of_effects_grows() -> None:
    bounds = [bound for bound, _ in EFFECTS]
    assert bounds == sorted(bounds)
    assert bounds[-1] == math.inf


def test_words_never_say_more_than_the_verdict() -> None:
    settled = compare([100, 100.1, 100.2], [101.7, 101.8, 102.3], paired=False)
    assert (settled.verdict, words_for(settled, "higher")) == ("higher", "slightly higher")
    assert words_for(settled, "not settled") == "not settled"
    counts: Comparison = compare([0, 0], [3, 3], paired=False)
    assert words_for(counts, counts.verdict) == "higher"
