"""Doubts about a run as a whole: trials that resemble each other, means that few trials decide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evaluation_builders import built, run_of
from measured import EXPERIMENTS
from unit_builders import MS, trial

from bench.analysis.evaluate import evaluate
from bench.analysis.evaluated import ExperimentResult
from bench.analysis.run_findings import mean_misleads
from bench.model.finding import Finding
from bench.stats.autocorrelation import median_interval
from bench.stats.estimates import Estimate, estimate

PATTERNS = ("sse", "websocket", "null")


def evaluated(factors: list[float], began: list[int] | None = None) -> ExperimentResult:
    """Trials of three patterns in turn, one ten times as slow as the other.

    `began` is when each began, where that is not the order of their numbers.
    """
    trials = []
    for number, factor in enumerate(factors):
        kind = number % len(PATTERNS)
        plan = trial(number, pattern=f"notifications/{PATTERNS[kind]}", repeat=number)
        one = built(plan, [int(factor * 10**kind * MS)] * 10)
        start = began[number] if began else number
        trials.append(replace(one, record=replace(one.record, t0_ns=start)))
    return evaluate(run_of(trials), EXPERIMENTS).experiments[0]


def resembling(result: ExperimentResult) -> list[Finding]:
    return [one for one in result.findings if one.code == "trials_resemble"]


DRIFT = [1 + 0.01 * number for number in range(30)]


def test_a_machine_that_drifts_is_found_across_patterns() -> None:
    (finding,) = resembling(evaluated(DRIFT))
    assert finding.severity == "doubt"
    assert finding.message.startswith("latency mean and 2 more: each trial resembles the one that")
    assert "over 30 trials" in finding.message


def test_the_order_is_that_in_which_trials_ran() -> None:
    """Numbers do not tell: a trial that is measured again has a higher one than its neighbours."""
    shuffled = [int(place) for place in np.random.default_rng(3).permutation(30)]
    assert resembling(evaluated([DRIFT[place] for place in shuffled], shuffled))
    assert not resembling(evaluated(DRIFT, shuffled))


def test_few_trials_have_no_order_to_speak_of() -> None:
    assert not resembling(evaluated(DRIFT[:9]))


VALUES = [10.0, 10.1, 9.9, 10.2, 9.8, 10.05, 9.95, 10.1, 9.9]


@pytest.mark.parametrize(("wild", "misleads"), [([], False), ([10.3], False), ([60.0], True)])
def test_a_mean_that_one_trial_decides_is_a_finding(wild: list[float], misleads: bool) -> None:
    values = [*VALUES, *wild]
    found = mean_misleads("latency mean", estimate(values), median_interval(values))
    assert (found is not None) == misleads
    if found:
        assert found.message == (
            "latency mean: the mean 15 lies outside 9.9 to 10.2, the interval of the median over "
            "10 trials: a few trials decide it"
        )


def test_too_few_trials_have_no_median_to_disagree_with() -> None:
    few = [1.0, 1.0, 1.0, 1.0, 50.0]
    assert mean_misleads("x", estimate(few), median_interval(few)) is None


def test_groups_have_medians_of_means_and_not_of_percentiles() -> None:
    (group, *_) = evaluated([1.0] * 18).groups
    assert group.medians["latency_mean"] == Estimate(1.0, 1.0, 1.0, 6)
    assert "latency_p50" not in group.medians
    assert evaluated([1.0] * 15).groups[0].medians == {}
