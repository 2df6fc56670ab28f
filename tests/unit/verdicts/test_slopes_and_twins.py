"""What one more of a parameter costs, and a tool that is held against itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claim_builders import around, cell, evidence

from bench.model.metric import Counts
from bench.model.records import AA_PAIRS
from bench.verdicts.evidence import Evidence
from bench.verdicts.slopes import Slope
from bench.verdicts.spreads import Centred
from bench.verdicts.twins import NoDifference, NoDifferenceBetweenRuns

METRIC = "server_memory_growth_bytes"
RULE = Slope(METRIC, "B", "sse", "clients", above=1000)


def grown(slope: float, start: float = 5e6, levels: tuple[int, ...] = (100, 1000)) -> Evidence:
    return evidence(
        *(cell("sse", {METRIC: around(start + slope * n, 0.001)}, clients=n) for n in levels)
    )


def test_the_slope_leaves_out_what_is_needed_anyway() -> None:
    found = RULE.judge(grown(9000))
    assert found.verdict == "confirmed"
    (number,) = found.numbers
    assert number.kind == "slope"
    assert number.value == pytest.approx(9000, rel=0.01)
    assert number.what == f"{METRIC} of sse for one more of clients"


def test_a_slope_below_the_bound_is_refuted_and_one_at_it_is_not_settled() -> None:
    assert RULE.judge(grown(100)).verdict == "refuted"
    assert RULE.judge(grown(1000)).verdict == "not settled"


@pytest.mark.parametrize(
    ("slope", "verdict"),
    [
        (0, "confirmed"),
        (300, "confirmed"),
        (-300, "confirmed"),
        (2000, "refuted"),
        (-2000, "refuted"),
    ],
)
def test_what_hardly_changes_may_rise_or_fall_a_little(slope: float, verdict: str) -> None:
    rule = Slope(METRIC, "B", "sse", "clients", at_most=1000)
    assert rule.judge(grown(slope, start=1e7)).verdict == verdict
    assert rule.words == f"{METRIC} changes by at most 1000 B for one more of clients"


def test_a_slope_has_one_bound() -> None:
    with pytest.raises(ValueError, match="one bound"):
        Slope(METRIC, "B", "sse", "clients")
    with pytest.raises(ValueError, match="one bound"):
        Slope(METRIC, "B", "sse", "clients", above=1, at_most=1)


def test_one_level_has_no_slope() -> None:
    assert RULE.judge(grown(9000, levels=(100,))).verdict == "not measured"


def test_repeats_without_the_metric_are_left_out() -> None:
    values = around(1e6, 0.001, 8)
    some = cell("sse", {METRIC: [float("nan"), *values[1:]]}, clients=100)
    more = cell("sse", {METRIC: around(9e6, 0.001, 8)}, clients=1000)
    (number,) = RULE.judge(evidence(some, more)).numbers
    assert number.trials == 7


METRICS = ("latency_mean", "latency_p50", "connect_p50", "service_mean")
ITSELF = NoDifference(METRICS, ("sse", "websocket"), "poll_interval", at_most=0.2)


def twins(shift: float, count: int = 6, noise: float = 0.05) -> Evidence:
    """Six levels of two patterns that differ by noise, and every other one by a shift."""
    random = np.random.default_rng(3)
    return evidence(
        *(
            cell(
                pattern,
                {
                    metric: (1 + shift * (place % 2)) * random.lognormal(0, noise, count)
                    for metric in METRICS
                },
                poll_interval_s=0.1 * (place + 1),
            )
            for pattern in ("sse", "websocket")
            for place in range(6)
        )
    )


def test_noise_is_no_difference() -> None:
    found = ITSELF.judge(twins(0))
    assert found.verdict == "confirmed"
    (number,) = found.numbers
    assert number.what == "share of false verdicts on sse, websocket, each against itself"
    assert 0 < number.high < 0.2


def test_a_difference_where_none_can_be_refutes() -> None:
    found = ITSELF.judge(twins(1.0))
    assert found.verdict == "refuted"
    assert found.numbers[0].value == 1


def test_a_level_is_in_one_comparison_only() -> None:
    assert "of 24 verdicts" in ITSELF.judge(twins(0)).words


def test_with_few_repeats_or_one_level_nothing_is_said() -> None:
    assert ITSELF.judge(twins(0, count=5)).verdict == "not measured"
    assert ITSELF.judge(evidence(cell("sse", {METRICS[0]: around(1)}))).verdict == "not measured"


@pytest.mark.parametrize("is_log", [True, False])
def test_one_trial_has_no_interval(is_log: bool) -> None:
    low, high = Centred((0.5,), is_log).interval(0.95)
    assert math.isnan(low)
    assert math.isnan(high)


BETWEEN = NoDifferenceBetweenRuns("sse", "latency_mean", at_most=0.1)


@pytest.mark.parametrize(
    ("false", "pairs", "verdict"),
    [(0, 40, "confirmed"), (2, 40, "not settled"), (20, 40, "refuted"), (0, 10, "not settled")],
)
def test_pairs_of_runs_are_counted_exactly(false: int, pairs: int, verdict: str) -> None:
    known = Evidence([], {}, {AA_PAIRS: Counts(false, pairs, "share")})
    found = BETWEEN.judge(known)
    assert found.verdict == verdict
    assert found.numbers[0].value == false / pairs


def test_without_a_history_nothing_is_said_between_runs() -> None:
    found = BETWEEN.judge(Evidence([], {}))
    assert found.verdict == "not measured"
    assert "bench calibrate --aa-runs" in found.words
