"""One metric of two patterns, from two repeats on: a ratio, or a difference of shares."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pytest
from claim_builders import around, cell, renumbered, scaled
from hypothesis import given
from hypothesis import strategies as st

from bench.model.metric import Counts
from bench.stats.contrasts import error_of_one
from bench.verdicts.contrasts import MOST_REPEATS, Difference, decided, difference
from bench.verdicts.evidence import Cell

METRIC = "latency_mean"
SHARE = "lost_event_share"

value = st.floats(0.01, 1000).map(lambda x: float(f"{x:.3g}"))
pairs = st.lists(st.tuples(value, value), min_size=2, max_size=8)
hits = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=6)
probability = st.floats(0, 1)


def of(pattern: str, values: Sequence[float], metric: str = METRIC) -> Cell:
    return cell(pattern, {metric: values})


def compared(first: Sequence[float], second: Sequence[float]) -> Difference | None:
    return difference(of("polling", first), of("sse", second), METRIC)


def found(first: Sequence[float], second: Sequence[float]) -> Difference:
    one = compared(first, second)
    assert one is not None
    return one


def shares(first: Sequence[int], second: Sequence[int], of_each: int = 100) -> Difference | None:
    """What two patterns lost of so many in each trial."""
    mine, theirs = [
        cell(name, {}, counts={SHARE: [Counts(one, of_each, "share") for one in lost]})
        for name, lost in (("polling", first), ("sse", second))
    ]
    return difference(mine, theirs, SHARE)


# --- ratios ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "ratio", "is_less", "is_same"),
    [
        (around(10, 0.01, 3), (1.0, 1.01, 0.99), 0.1, True, False),
        (around(1, 0.01, 3), (10.0, 10.1, 9.9), 10, False, False),
        (around(1, 0.01, 2), around(100, 0.01, 2), 100, False, False),
        (around(1, 0.1, 2), around(1.5, 0.1, 2), 1.5, None, False),
        (around(1, 0.3, 3), (0.84, 1.21, 1.56), 1.2, False, False),  # in each pair about 1.2
        (around(1, 0.3, 2), (0.84, 1.57), 1.2, None, False),
        ((1, 2, 1), (2, 1, 1.5), 1.14, None, False),
        (around(1, 0.01, 5), (1.01, 1.0, 0.99, 1.0, 1.01), 1.0, None, True),
        (around(1, 0.2, 6), (1.0, 0.9, 1.2, 0.8, 1.1, 1.0), 1.0, None, False),
    ],
)
def test_ratios(
    first: Sequence[float],
    second: Sequence[float],
    ratio: float,
    is_less: bool | None,
    is_same: bool,
) -> None:
    one = found(first, second)
    assert (one.kind, one.first, one.second) == ("ratio", "polling", "sse")
    assert one.value == pytest.approx(ratio, rel=0.03)
    assert one.low < one.value < one.high
    assert (one.is_less, one.is_same) == (is_less, is_same)
    assert one.trials == len(first)


@given(pairs)
def test_the_sides_swapped_ratio_and_interval_are_inverse(
    both: list[tuple[float, float]],
) -> None:
    there, back = (
        compared(*zip(*both, strict=True)),
        compared(*zip(*[p[::-1] for p in both], strict=True)),
    )
    if there is None or back is None:
        assert there is back is None
        return
    assert back.value == pytest.approx(1 / there.value)
    assert back.low == pytest.approx(1 / there.high, rel=1e-6)
    assert back.high == pytest.approx(1 / there.low, rel=1e-6)
    assert (back.p_value, back.p_same) == pytest.approx((there.p_value, there.p_same), abs=1e-9)


@given(pairs, st.floats(0.01, 100))
def test_in_another_unit_nothing_changes(both: list[tuple[float, float]], factor: float) -> None:
    first, second = (
        of(name, side) for name, side in zip("ab", zip(*both, strict=True), strict=True)
    )
    plain = difference(first, second, METRIC)
    other = difference(scaled(first, factor, METRIC), scaled(second, factor, METRIC), METRIC)
    assert (plain is None) == (other is None)
    if plain is not None and other is not None:
        assert (other.low, other.value, other.high) == pytest.approx(
            (plain.low, plain.value, plain.high), rel=1e-6
        )


@given(pairs.filter(lambda both: len(both) < 3))
def test_of_two_repeats_it_does_not_matter_who_is_whose_pair(
    both: list[tuple[float, float]],
) -> None:
    first, second = (
        of(name, side) for name, side in zip("ab", zip(*both, strict=True), strict=True)
    )
    plain = difference(first, second, METRIC)
    crossed = difference(first, renumbered(second, (1, 0)), METRIC)
    assert (plain is None) == (crossed is None)
    if plain is not None and crossed is not None:
        assert (crossed.low, crossed.high) == pytest.approx((plain.low, plain.high))


@given(pairs)
def test_a_p_below_five_percent_and_an_interval_without_1_are_one(
    both: list[tuple[float, float]],
) -> None:
    one = compared(*zip(*both, strict=True))
    if one is not None and abs(one.p_value - 0.05) > 1e-6:
        assert (one.is_less is None) == (one.low <= 1 <= one.high)
        assert not (one.is_same and max(one.value, 1 / one.value) > 1.1)


def test_rounds_that_meet_both_alike_are_no_spread() -> None:
    rounds = (1.0, 5.0, 2.0)
    noise = (1.0, 1.01, 0.99)
    one = found(rounds, [2 * a * b for a, b in zip(rounds, noise, strict=True)])
    assert one.is_less is False
    assert 1.8 < one.low < 2 < one.high < 2.2
    crossed = found(
        rounds, [2 * a * b for a, b in zip(rounds[1:] + rounds[:1], noise, strict=True)]
    )
    assert crossed.is_less is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1.0,), (2.0,)),
        ((1, math.nan, math.nan), (2, 2.1, 2.2)),
        ((1, 1, 1), (2, 2, 2)),
        ((1, 2, 3), (2, 4, 6)),
    ],
    ids=["one repeat", "one pair", "no spread and no counts", "pairs without spread"],
)
def test_nothing_to_compare(first: Sequence[float], second: Sequence[float]) -> None:
    assert compared(first, second) is None


# --- counts ------------------------------------------------------------------------------------


def counted(first: Sequence[int], second: Sequence[int]) -> Difference | None:
    """So many requests, in 10 s each."""
    mine, theirs = [
        cell(name, {}, counts={METRIC: [Counts(one, 10, "count") for one in seen]})
        for name, seen in (("polling", first), ("sse", second))
    ]
    return difference(mine, theirs, METRIC)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), min_size=2, max_size=8))
def test_a_count_of_n_spreads_by_no_less_than_its_root(both: list[tuple[int, int]]) -> None:
    first, second = zip(*both, strict=True)
    one = counted(first, second)
    assert one is not None
    repeats = len(both)
    least = math.sqrt(repeats / sum(first) + repeats / sum(second)) / math.sqrt(repeats)
    if one.shift is not None:
        assert one.shift.error >= least * (1 - 1e-9)
    assert math.log(one.high / one.low) >= 2 * least


@pytest.mark.parametrize(
    ("first", "second", "is_less"),
    [
        ((100, 100), (100, 100), None),
        ((4, 4), (8, 8), None),
        ((10, 10, 10), (11, 11, 11), None),
        ((1000, 1000, 1000), (2000, 2000, 2000), False),
        ((20_000, 20_001, 20_002), (20, 20, 20), True),
    ],
)
def test_trials_that_count_alike_are_as_sure_as_what_they_counted(
    first: Sequence[int], second: Sequence[int], is_less: bool | None
) -> None:
    one = counted(first, second)
    assert one is not None
    assert one.low < one.value < one.high
    assert one.is_less is is_less


@pytest.mark.parametrize(("hits", "least"), [(500, 0.5), (999, 0.001), (10, 0.99)])
def test_the_floor_of_a_share_is_that_of_its_rest(hits: int, least: float) -> None:
    """999 of 1,000 is surer than 500 of 1,000."""
    one = shares((hits,) * 3, (hits,) * 3, 1000)
    assert one is not None
    assert one.shift is not None
    floor = math.sqrt(2 * least / hits) * error_of_one(3)
    assert one.shift.error == pytest.approx(floor)


# --- shares of which some are 0 ----------------------------------------------------------------


@given(hits)
def test_a_difference_of_shares_stays_within_them(both: list[tuple[int, int]]) -> None:
    first, second = zip(*both, strict=True)
    one = shares(first, second, 50)
    if one is not None and one.kind == "difference":
        assert -1 <= one.low <= one.value <= one.high <= 1
        assert 0 <= one.p_value <= 1


@pytest.mark.parametrize(
    ("first", "second", "difference_", "is_less"),
    [
        ((50, 52, 48), (0, 0, 0), -0.5, True),
        ((0, 0, 0), (50, 52, 48), 0.5, False),
        ((0, 0), (30, 30), 0.3, False),
        ((0, 0, 0), (0, 1, 0), 1 / 300, None),
        ((0, 0, 0), (0, 60, 0), 0.2, None),  # only one trial has any
        ((0, 0), (1, 90), 0.455, None),
        ((0, 1, 0), (22, 28, 25), 0.247, False),
        ((0, 1, 0), (0, 0, 2), 1 / 300, None),
        ((0, 30, 1), (20, 90, 30), 0.363, None),  # many are counted, but trials differ by more
    ],
)
def test_shares(
    first: Sequence[int], second: Sequence[int], difference_: float, is_less: bool | None
) -> None:
    one = shares(first, second)
    assert one is not None
    assert one.kind == "difference"
    assert one.value == pytest.approx(difference_, abs=0.001)
    assert one.low < one.value < one.high
    assert one.is_less is is_less
    assert not one.is_same


def test_where_trials_differ_by_more_than_was_counted_their_interval_is_as_wide() -> None:
    one = shares((0, 30, 1), (20, 90, 30))
    assert one is not None
    assert one.low < 0 < one.high


def test_nothing_on_either_side_is_no_difference() -> None:
    assert shares((0, 0, 0), (0, 0, 0)) is None


def test_zeros_that_nobody_counted_are_not_compared() -> None:
    assert compared((0, 0, 0), (0.5, 0.5, 0.6)) is None


# --- families ----------------------------------------------------------------------------------


def made(p_value: float, p_same: float = 1.0) -> Difference:
    return Difference(METRIC, "a", "b", "ratio", 2.0, 1.5, 3.0, p_value, p_same, 3)


@given(st.lists(st.tuples(probability, probability), max_size=8))
def test_of_a_family_no_p_is_less_than_alone(p_values: list[tuple[float, float]]) -> None:
    family = [made(*one) for one in p_values]
    for alone, together in zip(family, decided(family), strict=True):
        assert together.p_value >= alone.p_value
        assert together.p_same >= alone.p_same
        assert dataclasses.replace(together, p_value=alone.p_value, p_same=alone.p_same) == alone


def test_what_is_decided_alone_may_not_be_in_a_family() -> None:
    alone = decided([made(0.02)])
    assert alone[0].is_less is False
    family = decided([made(0.02), made(0.5), made(0.6), made(1e-6)])
    assert [one.is_less for one in family] == [None, None, None, False]


# --- repeats that would decide -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "repeats"),
    [
        ((1.2, 1.5, 1.3), 7),
        ((1.2, 1.3, 1.1), 11),
        ((1.0, 1.3, 1.1), 0),  # more than anybody makes
        ((1.0, 1.02, 1.01), 0),
    ],
)
def test_repeats_that_would_decide(second: Sequence[float], repeats: int) -> None:
    (one,) = decided([found((1.1, 1.0, 0.9), second)])
    assert one.is_less is None
    assert one.repeats == repeats <= MOST_REPEATS


def test_a_larger_family_takes_more_repeats() -> None:
    one = found((1.1, 1.0, 0.9), (1.2, 1.5, 1.3))
    alone = decided([one])[0].repeats
    assert 3 < alone < decided([one] * 6)[0].repeats
