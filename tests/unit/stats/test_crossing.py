"""Where two curves cross: by their known form, or by assuming only that the ratio rises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats.crossing import Form, crossing

WIDE = np.array([0.5, 2.0, 50.0, 200.0])


def noisy(curve: np.ndarray, spread: float, seed: int, trials: int = 8) -> np.ndarray:
    return curve * np.random.default_rng(seed).lognormal(0, spread, (trials, len(curve)))


@given(st.floats(2, 100), st.floats(0.5, 5), st.floats(0.1, 10))
def test_known_forms_find_the_crossing_in_the_widest_gap(at: float, c: float, b: float) -> None:
    levels = np.array([1.0, 1.5, 140, 150])
    constant = np.full((6, 4), c + b / at)
    found = crossing(levels, np.tile(c + b / levels, (6, 1)), constant, "inverse")
    assert found.value == pytest.approx(at, rel=1e-6)
    constant = np.full((6, 4), c + b * at)
    found = crossing(levels, np.tile(c + b * levels, (6, 1)), constant, "straight")
    assert found.value == pytest.approx(at, rel=1e-6)


def test_in_a_wide_gap_the_form_is_exact_where_interpolation_is_off() -> None:
    mine, theirs = noisy(1 + 10 / WIDE, 0.01, 1), noisy(np.full(4, 2.0), 0.01, 2)
    fitted, assumed = crossing(WIDE, mine, theirs, "inverse"), crossing(WIDE, mine, theirs)
    assert (fitted.form, assumed.form) == ("inverse", "monotone")
    assert fitted.low < 10 < fitted.high
    assert fitted.is_narrow
    assert assumed.low < 10 < assumed.high
    assert (assumed.is_narrow, assumed.remedy) == (False, "level")


def test_a_form_that_the_values_contradict_is_dropped() -> None:
    levels = np.array([1.0, 3, 10, 30, 100])
    mine, theirs = noisy(levels**0.5, 0.01, 1), noisy(np.full(5, math.sqrt(10)), 0.01, 2)
    found = crossing(levels, mine, theirs, "straight")
    assert found.form == "monotone"
    assert found.low < 10 < found.high


def test_closer_levels_narrow_what_the_shape_hides_and_repeats_what_noise_hides() -> None:
    close = np.array([5, 7, 9, 10.5, 12, 15.0])
    near = crossing(close, noisy(close, 0.01, 1), noisy(np.full(6, 10.0), 0.01, 2))
    assert (near.is_narrow, near.remedy) == (True, "none")
    loud = crossing(close, noisy(close, 0.2, 1), noisy(np.full(6, 10.0), 0.2, 2))
    assert (loud.is_narrow, loud.remedy) == (False, "repeats")
    assert loud.low < 10 < loud.high


@pytest.mark.parametrize("form", ["inverse", "straight", "monotone"])
def test_it_does_not_matter_who_is_compared_with_whom(form: Form) -> None:
    mine, theirs = noisy(1 + 10 / WIDE, 0.05, 1), noisy(np.full(4, 2.0), 0.05, 2)
    there, back = crossing(WIDE, mine, theirs, form), crossing(WIDE, theirs, mine, form)
    assert (there.value, there.low, there.high) == pytest.approx((back.value, back.low, back.high))


def test_where_trials_do_not_cross_they_count_as_the_end() -> None:
    mine, theirs = np.tile(1 + WIDE, (6, 1)), np.full((6, 4), 0.5)
    assert crossing(WIDE, mine, theirs).value == pytest.approx(0.5)
    assert crossing(WIDE, mine, theirs, "straight").value == pytest.approx(0.5)
    assert crossing(WIDE, mine, np.full((6, 4), 1e3), "straight").value == pytest.approx(200)


def test_trials_without_values_are_left_out() -> None:
    mine = np.tile(WIDE, (7, 1))
    mine[0, 1] = math.nan
    mine[1, 1] = 0.0
    found = crossing(WIDE, mine, np.full((7, 4), 10.0))
    assert (found.trials, found.remedy) == (5, "repeats")
    none = crossing(WIDE, np.zeros((2, 4)), np.ones((2, 4)))
    assert (none.trials, none.is_narrow) == (0, False)
    assert math.isnan(none.value)


@pytest.mark.parametrize("levels", [[1.0], [2.0, 1.0], [0.0, 1.0]])
def test_levels_must_be_levels(levels: list[float]) -> None:
    with pytest.raises(ValueError, match="two or more positive levels"):
        crossing(levels, [levels], [levels])
