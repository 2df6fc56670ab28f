"""How two patterns of a run differ, from two repeats on: which test, and what it never does."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.stats import contrasts
from bench.stats.contrasts import (
    CLEARLY_NARROWER,
    PAIRED_FROM,
    contrast,
    error_of_one,
    floored,
    mean,
)
from bench.stats.trimmed import CONFIDENCE, widening
from bench.stats.two_samples import Shift

log = st.floats(-5, 5).map(lambda x: round(x, 3))
least = st.floats(0, 3)
resolutions = st.tuples(least, least)


def pairs(fewest: int = 2, most: int = 12) -> st.SearchStrategy[list[tuple[float, float]]]:
    """Both sides of each repeat, not all alike on either."""
    return st.lists(st.tuples(log, log), min_size=fewest, max_size=most).filter(
        lambda found: all(max(side) - min(side) > 0.01 for side in zip(*found, strict=True))
    )


def sides(found: Sequence[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    first, second = zip(*found, strict=True)
    return np.array(first), np.array(second)


def ends(shift: Shift) -> tuple[float, float]:
    low, high = shift.interval(CONFIDENCE)
    return float(low), float(high)


def width(shift: Shift) -> float:
    low, high = ends(shift)
    return high - low


def apart(first: np.ndarray, second: np.ndarray) -> Shift:
    """As two samples that have nothing in common, of as many trials: Welch's test."""
    count = len(first)
    parts = [np.var(side, ddof=1) * contrasts.error_of_one(count) ** 2 for side in (first, second)]
    squares = parts[0] ** 2 + parts[1] ** 2
    freedom = sum(parts) ** 2 * (count - 1) / squares if squares else 2.0 * (count - 1)
    return Shift(np.mean(second) - np.mean(first), math.sqrt(sum(parts)), freedom)


def of_pairs(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Student's interval of the pairs' differences."""
    found, count = second - first, len(first)
    error = float(np.std(found, ddof=1)) * contrasts.error_of_one(count)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)) * error
    return float(np.mean(found)) - half, float(np.mean(found)) + half


@given(pairs(), resolutions)
def test_the_sides_swapped_the_interval_is_turned_round(
    found: list[tuple[float, float]], resolution: tuple[float, float]
) -> None:
    first, second = sides(found)
    there = contrast(first, second, resolution)
    back = contrast(second, first, resolution[::-1])
    low, high = ends(there)
    assert ends(back) == pytest.approx((-high, -low))
    assert back.p_value == pytest.approx(float(there.p_value))


@given(pairs(), log)
def test_what_both_have_more_changes_nothing(found: list[tuple[float, float]], more: float) -> None:
    first, second = sides(found)
    assert ends(contrast(first + more, second + more)) == pytest.approx(
        ends(contrast(first, second)), abs=1e-9
    )


@given(pairs(), st.floats(0.01, 100))
def test_in_another_unit_it_is_the_same(found: list[tuple[float, float]], factor: float) -> None:
    first, second = sides(found)
    scaled = contrast(factor * first, factor * second)
    assert scaled.p_value == pytest.approx(float(contrast(first, second).p_value), rel=1e-6)


@given(pairs(), resolutions)
def test_a_resolution_never_narrows_an_interval(
    found: list[tuple[float, float]], resolution: tuple[float, float]
) -> None:
    first, second = sides(found)
    plain, seen = contrast(first, second), contrast(first, second, resolution)
    assert seen.centre == plain.centre
    assert width(seen) >= width(plain)
    trials = len(found)
    assert seen.error >= math.hypot(*resolution) * widening(trials) / math.sqrt(trials) - 1e-12


@pytest.mark.parametrize(
    ("first", "second", "resolution"),
    [
        ((0.0, 0.001, 0.002), (0.0, 1.0, 2.0), (1.0, 0.0)),  # more freedom, were it counted
        ((0.0, 1.0, 2.0), (0.0, 1.6, 2.0), (2.0, 0.0)),  # pairs would be clearly narrower
    ],
)
def test_nor_where_the_floor_would_change_the_test(
    first: tuple[float, ...], second: tuple[float, ...], resolution: tuple[float, float]
) -> None:
    plain = contrast(np.array(first), np.array(second))
    seen = contrast(np.array(first), np.array(second), resolution)
    assert width(seen) > width(plain)
    assert float(seen.freedom) == pytest.approx(float(plain.freedom))


@given(st.lists(st.tuples(log, log), min_size=2, max_size=2))
def test_of_two_repeats_pairs_are_not_looked_at(found: list[tuple[float, float]]) -> None:
    first, second = sides(found)
    shift = contrast(first, second)
    assert float(shift.freedom) == 1
    assert float(shift.error) == pytest.approx(float(apart(first, second).error))


@given(pairs(PAIRED_FROM))
def test_it_is_either_test_and_the_pairs_only_where_they_are_clearly_narrower(
    found: list[tuple[float, float]],
) -> None:
    first, second = sides(found)
    shift, alone = contrast(first, second), apart(first, second)
    low, high = of_pairs(first, second)
    if high - low < CLEARLY_NARROWER * width(alone) * (1 - 1e-9):
        assert ends(shift) == pytest.approx((low, high), abs=1e-9)
    elif high - low > CLEARLY_NARROWER * width(alone) * (1 + 1e-9):
        assert ends(shift) == pytest.approx(ends(alone), abs=1e-9)


@pytest.mark.parametrize(
    ("repeats", "is_paired"), [(2, False), (3, True), (4, True), (6, True), (10, True)]
)
def test_rounds_that_meet_both_sides_make_the_interval_narrow(
    repeats: int, is_paired: bool
) -> None:
    chance = np.random.default_rng(1)
    rounds = np.linspace(-1, 1, repeats)
    first = rounds + chance.normal(0, 0.01, repeats)
    second = rounds + 0.3 + chance.normal(0, 0.01, repeats)
    shift = contrast(first, second)
    assert (width(shift) < 0.2) == is_paired
    assert float(shift.centre) == pytest.approx(0.3, abs=0.03)


def test_pairs_have_a_floor_too() -> None:
    rounds = np.array([-1.0, 0.0, 1.0])
    first, second = rounds, rounds + np.array([0.3, 0.301, 0.299])
    assert float(contrast(first, second).error) < 0.01
    floor = 0.5 * error_of_one(3)
    assert float(contrast(first, second, (0.3, 0.4)).error) == pytest.approx(floor)


@given(pairs())
def test_without_room_for_noise_it_is_welchs_test(found: list[tuple[float, float]]) -> None:
    first, second = sides(found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contrasts, "error_of_one", lambda count: 1 / math.sqrt(count))
        shift = contrast(first, second)
        low, high = of_pairs(first, second)
        alone = apart(first, second)
    if len(found) < PAIRED_FROM or high - low < 1.01 * CLEARLY_NARROWER * width(alone):
        return
    expected = stats.ttest_ind(second, first, equal_var=False)
    assert float(shift.p_value) == pytest.approx(expected.pvalue, rel=1e-6)


def test_the_freedom_of_two_repeats_is_that_of_the_worse_side() -> None:
    """Were it more, a side that happens to be narrow would count for two."""
    narrow, wide = np.array([1.0, 1.001]), np.array([2.0, 2.2])
    shift = contrast(narrow, wide)
    assert float(shift.freedom) == 1
    assert width(shift) > 2


@pytest.mark.parametrize(
    ("values", "smallest", "error"),
    [
        ((1.0, 1.0), 0.0, 0.0),
        ((1.0, 1.0), 0.1, 0.1 * error_of_one(2)),
        ((1.0, 1.0, 1.0, 1.0), 0.1, 0.1 * error_of_one(4)),
        ((0.0, 2.0), 0.1, None),
    ],
)
def test_the_floor_of_an_error(
    values: tuple[float, ...], smallest: float, error: float | None
) -> None:
    found = mean(np.array(values))
    wanted = found.error if error is None else error
    assert floored(found, smallest).error == pytest.approx(wanted)


@pytest.mark.parametrize("repeats", [2, 3, 6])
def test_many_comparisons_at_once_are_each_alone(repeats: int) -> None:
    chance = np.random.default_rng(2)
    first, second = chance.normal(size=(2, 20, repeats))
    second[:10] = first[:10] + 0.01 * second[:10]
    together = contrast(first, second, (0.01, 0.02))
    for place in range(20):
        alone = contrast(first[place], second[place], (0.01, 0.02))
        assert together.centre[place] == pytest.approx(float(alone.centre))
        assert together.error[place] == pytest.approx(float(alone.error))
        assert together.freedom[place] == pytest.approx(float(alone.freedom))
