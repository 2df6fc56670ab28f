"""What varies between runs, trials and within a trial; two sets of runs compared."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.stats.trimmed import centre
from bench.stats.variance import RunNoise, compare_runs, components


def runs(chance: np.random.Generator, count: int, between: float, trials: float) -> np.ndarray:
    return chance.normal(0, between, (count, 1)) + chance.normal(0, trials, (count, 6))


def test_the_components_are_found_again() -> None:
    chance = np.random.default_rng(1)
    found = components(runs(chance, 2000, 0.05, 0.1).tolist(), [[0.06] * 6] * 2000)
    assert found.between_runs == pytest.approx(0.05, rel=0.1)
    assert found.within_trial == pytest.approx(0.06)
    assert found.between_trials == pytest.approx(0.08, rel=0.05)  # 0.1^2 - 0.06^2
    assert (found.runs, found.trials) == (2000, 12_000)


def test_unequal_runs_have_components_too() -> None:
    chance = np.random.default_rng(2)
    sets = [list(row[: 2 + place % 5]) for place, row in enumerate(runs(chance, 2000, 0.1, 0.05))]
    found = components([*sets, []])
    assert found.between_runs == pytest.approx(0.1, rel=0.1)
    assert found.between_trials == pytest.approx(0.05, rel=0.05)
    assert math.isnan(found.within_trial)


def test_what_cannot_be_known_is_not_a_number() -> None:
    assert math.isnan(components([[0.1, 0.2]]).between_runs)
    assert math.isnan(components([[0.1], [0.2]]).between_trials)
    alike = components([[0.1, 0.3], [0.1, 0.3]])
    assert (alike.between_runs, alike.runs) == (0, 2)


@pytest.mark.parametrize(("count", "trials"), [(3, 0.01), (4, 0.1)])
def test_runs_of_the_same_seldom_differ(count: int, trials: float) -> None:
    chance, cases = np.random.default_rng(3), 200
    sides = [runs(chance, count, 0.05, trials).tolist() for _ in range(2 * cases)]
    pairs = zip(sides[::2], sides[1::2], strict=True)
    wrong = sum(compare_runs(a, b).p_value < 0.05 for a, b in pairs)
    assert wrong <= stats.binom.ppf(0.999, cases, 0.05)


def test_of_runs_it_is_welchs_test() -> None:
    chance = np.random.default_rng(4)
    a, b = runs(chance, 3, 0.2, 0.01).tolist(), runs(chance, 4, 0.3, 0.01).tolist()
    found = compare_runs(a, b)
    means = [[centre(run).value for run in side] for side in (b, a)]
    expected = stats.ttest_ind(*means, equal_var=False)
    ends = expected.confidence_interval(0.95)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (math.log(found.low), math.log(found.high)) == pytest.approx((ends.low, ends.high))
    assert (found.unit, found.runs) == ("runs", (3, 4))


def test_runs_that_agree_by_chance_do_not_narrow_what_trials_leave_open() -> None:
    noisy = [-0.2, 0.2, -0.1, 0.1, -0.15, 0.15]
    a, b = [noisy, noisy], [[0.05 + value for value in noisy]] * 2
    found = compare_runs(a, b)
    assert found.low < 1 < found.high
    assert found.p_value > 0.05


def test_one_run_a_side_says_what_it_rests_on() -> None:
    a, b = [[0.0, 0.01, -0.01, 0.0, 0.01, -0.01]], [[0.05, 0.06, 0.04, 0.05, 0.06, 0.04]]
    bare = compare_runs(a, b)
    assert (bare.unit, bare.p_value < 0.05) == ("trials", True)
    known = compare_runs(a, b, RunNoise(0.05, 20))
    assert (known.unit, known.p_value < 0.05) == ("history", False)
    assert known.value == bare.value == pytest.approx(math.exp(0.05))
    assert known.low < bare.low < bare.high < known.high
    assert compare_runs(a, b, RunNoise(0.05, 1)).unit == "trials"


def test_what_cannot_be_compared_has_no_interval() -> None:
    assert math.isnan(compare_runs([], [[0.1]]).value)
    alone = compare_runs([[0.0]], [[0.1]])
    assert alone.value == pytest.approx(math.exp(0.1))
    assert math.isnan(alone.low)


def test_alike_runs_are_the_same() -> None:
    same = compare_runs([[0.1] * 6] * 2, [[0.1] * 6] * 2)
    assert (same.value, same.p_value) == (1, 1)
    apart = compare_runs([[0.1] * 6] * 2, [[0.2] * 6] * 2)
    assert apart.p_value == 0
