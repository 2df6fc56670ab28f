"""Two sides of runs: one run each is a comparison of trials, several are one of runs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats.estimates import Estimate
from bench.stats.two_samples import compare
from bench.stats.two_sides import compare_sides, over_runs, spread_of
from bench.stats.variance import RunNoise

TRIALS = st.lists(st.floats(1e-3, 1e6), min_size=2, max_size=8)
NONE = Estimate(math.nan, math.nan, math.nan, 0)


def log_normal(seed: int, runs: int, between: float, trials: float) -> list[list[float]]:
    chance = np.random.default_rng(seed)
    middle = chance.normal(0, between, (runs, 1))
    return np.exp(middle + chance.normal(0, trials, (runs, 6))).tolist()


@given(TRIALS, TRIALS)
def test_one_run_each_without_history_is_a_comparison_of_trials(
    a: list[float], b: list[float]
) -> None:
    assert compare_sides([a], [b]) == (compare(a, b, paired=False), "trials")


@given(TRIALS, TRIALS, st.floats(0.001, 0.5))
def test_a_known_spread_of_runs_only_widens(a: list[float], b: list[float], spread: float) -> None:
    bare, (known, basis) = compare_sides([a], [b])[0], compare_sides([a], [b], RunNoise(spread, 80))
    assert basis == "history"
    assert known.value == pytest.approx(bare.value)
    if bare.low > 0 and bare.high < 1e300:
        assert known.high / known.low >= bare.high / bare.low * (1 - 1e-9)
        floor = 1.95 * math.sqrt(2) * spread
        assert math.log(known.high / known.low) / 2 >= floor


def test_several_runs_are_judged_over_runs() -> None:
    """Trials that hardly vary, runs that do: only runs tell what another run would give."""
    a, b = log_normal(1, 3, 0.05, 0.001), log_normal(2, 3, 0.05, 0.001)
    found, basis = compare_sides(a, b)
    assert basis == "runs"
    by_trials = compare(list(np.ravel(a)), list(np.ravel(b)), paired=False)
    assert found.high / found.low > by_trials.high / by_trials.low
    assert found.trials == (18, 18)
    apart, _ = compare_sides(a, (1.5 * np.array(b)).tolist())
    assert apart.verdict == "higher"
    assert apart.value == pytest.approx(1.5 * found.value)


@pytest.mark.parametrize("unit", [1.0, 1e9])
def test_values_at_zero_are_compared_by_difference(unit: float) -> None:
    a = [[0.0, unit, 0.0], [0.0, 0.0, 0.0]]
    b = [[5 * unit, 6 * unit, 7 * unit], [7 * unit, 7 * unit, 7 * unit]]
    found, basis = compare_sides(a, b, RunNoise(0.1, 80))
    assert (found.kind, basis) == ("difference", "runs")
    assert found.value == pytest.approx(6.3333 * unit, rel=1e-4)
    assert found.low < found.value < found.high
    one, basis = compare_sides(a[:1], b[:1], RunNoise(0.1, 80))
    assert (one.kind, basis) == ("difference", "trials")


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_what_never_varies_is_the_same(runs: int) -> None:
    found, _ = compare_sides([[123.0] * 6] * runs, [[123.0] * 6] * runs, RunNoise(0.0, 80))
    assert (found.verdict, found.low, found.high) == ("same", 1.0, 1.0)
    apart, _ = compare_sides([[100.0] * 6] * runs, [[120.0] * 6] * runs, RunNoise(0.0, 80))
    assert apart.verdict == "higher"


def test_runs_without_values_are_left_out() -> None:
    nothing = [math.nan, math.nan]
    found, _ = compare_sides([nothing, [1.0, 1.1]], [[1.0, 1.2]])
    assert found.trials == (2, 2)
    assert not compare_sides([nothing], [[1.0, 1.2]])[0].has_interval
    assert not compare_sides([[1.0]], [[2.0]])[0].has_interval


def test_the_spread_is_that_of_runs_about_their_own_side() -> None:
    a, b = log_normal(5, 200, 0.05, 0.1), log_normal(6, 200, 0.05, 0.1)
    found = spread_of(a, (3 * np.array(b)).tolist(), ([[0.06] * 6] * 200, [[0.06] * 6] * 200))
    assert found is not None
    assert found.between_runs == pytest.approx(0.05, rel=0.2)
    assert found.between_trials == pytest.approx(0.08, rel=0.1)
    assert found.within_trial == pytest.approx(0.06)
    one = spread_of(a[:1], b[:1])
    assert one is not None
    assert math.isnan(one.between_runs)
    assert spread_of([[0.0, 1.0]], [[1.0, 1.0]]) is None
    assert spread_of([], [[1.0, 1.0]]) is None


def test_a_side_has_the_middle_of_its_runs() -> None:
    two = [Estimate(2.0, 1.0, 3.0, 6), Estimate(8.0, 7.0, 9.0, 5)]
    found = over_runs(two, is_percentile=True)
    assert (found.value, found.trials) == (pytest.approx(4.0), 11)
    assert found.low < 4 < found.high
    assert over_runs(two[:1], is_percentile=True) is two[0]
    assert math.isnan(over_runs([*two, NONE], is_percentile=True).value)
    assert over_runs([*two, NONE], is_percentile=False).value == pytest.approx(4.0)
    assert over_runs([Estimate(0.0, 0, 0, 3), Estimate(1.0, 1, 1, 3)], False).value == 0.5
