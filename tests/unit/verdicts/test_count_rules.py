"""Rules on what is counted: shares and counts without spread, and what holds in every trial."""

from __future__ import annotations

import math
from typing import Any

import pytest
from claim_builders import cell, evidence

from bench.model.metric import Counts
from bench.verdicts.judgement import Judgement, Verdict
from bench.verdicts.rules import EveryTrial, Exactly, Threshold

NAN = math.nan

METRIC = "latency_mean"

# --- what is counted ------------------------------------------------------------------------


def counted(hits: list[float], of: float, kind: Any, **sides: float) -> Judgement:
    counts = {METRIC: [Counts(one, of, kind) for one in hits]}
    rule = Threshold(METRIC, "", "sse", **sides)
    return rule.judge(evidence(cell("sse", {}, counts=counts)))


@pytest.mark.parametrize(
    ("hits", "of", "sides", "verdict"),
    [
        ([40] * 6, 40, {"at_least": 0.98}, "confirmed"),  # 240 of 240: at least 98.5 %
        ([40] * 6, 40, {"at_least": 0.99}, "not settled"),
        ([40] * 6, 40, {"at_least": 1}, "not settled"),  # nothing counted shows that none is missed
        ([39] * 6, 40, {"at_least": 0.995}, "refuted"),  # 234 of 240: at most 99.1 %
        ([0] * 6, 1, {"at_most": 0.5}, "confirmed"),  # 0 of 6: at most 46 %
        ([0] * 6, 1, {"at_most": 0.4}, "not settled"),
        ([1] * 6, 1, {"at_most": 0.5}, "refuted"),
        ([40] * 5, 40, {"at_least": 0.9}, "not settled"),  # five repeats
        ([20, 21, 20, 19, 20, 20], 40, {"at_most": 0.6}, "confirmed"),
        ([20, 21, 20, 19, 20, 20], 40, {"at_most": 0.53}, "not settled"),  # 120 of 240
    ],
)
def test_a_share_without_spread_has_an_exact_interval(
    hits: list[float], of: float, sides: dict[str, float], verdict: Verdict
) -> None:
    found = counted(hits, of, "share", **sides)
    assert found.verdict == verdict
    (number,) = found.numbers
    assert number.low < number.high


@pytest.mark.parametrize(
    ("hits", "sides", "verdict"),
    [
        ([100] * 6, {"at_least": 9, "at_most": 11}, "confirmed"),  # 600 in 60: 9.22 to 10.8
        ([100, 101, 100, 100, 100, 100], {"at_least": 9, "at_most": 11}, "confirmed"),
        ([100] * 6, {"at_least": 9.5}, "not settled"),
        ([100] * 6, {"at_least": 11}, "refuted"),
        ([0] * 6, {"at_most": 0.1}, "confirmed"),
        ([0] * 6, {"at_most": 0}, "not settled"),
    ],
)
def test_a_count_without_spread_has_poissons_interval(
    hits: list[float], sides: dict[str, float], verdict: Verdict
) -> None:
    assert counted(hits, 10, "count", **sides).verdict == verdict


AMOUNT = 20_000
"""Bytes of a trial of 100 replies of ten pieces."""


def amount(units: float, values: list[float], **sides: float) -> Judgement:
    """Of `units` replies of ten pieces in each trial, per piece."""
    counts = {METRIC: [Counts(one, 10 * units, "amount", units) for one in values]}
    rule = Threshold(METRIC, "", "sse", **sides)
    return rule.judge(evidence(cell("sse", {}, counts=counts)))


@pytest.mark.parametrize(
    ("units", "values", "sides", "verdict"),
    [
        (100, [AMOUNT] * 6, {"at_least": 19.8, "at_most": 20.2}, "confirmed"),  # 0 of 600: 0.61 %
        (100, [AMOUNT] * 6, {"at_least": 19.9, "at_most": 20.1}, "not settled"),
        (100, [AMOUNT] * 6, {"at_least": 20.2}, "refuted"),
        (100, [AMOUNT] * 5, {"at_most": 30}, "not settled"),  # five repeats
        (1, [200] * 6, {"at_most": 28}, "not settled"),  # 0 of 6 replies: 46 % may be unlike them
        (1, [200] * 6, {"at_most": 30}, "confirmed"),
        (100, [0] * 6, {"at_most": 0.001}, "confirmed"),  # 3.7 in 6,000 pieces
        (100, [0] * 6, {"at_most": 0}, "not settled"),
        # One byte of one trial does not make the interval narrower than that of none.
        (100, [AMOUNT] * 5 + [AMOUNT + 1], {"at_least": 19.9, "at_most": 20.1}, "not settled"),
        (100, [AMOUNT] * 5 + [AMOUNT + 1], {"at_least": 19.8, "at_most": 20.2}, "confirmed"),
        (100, [20_000, 24_000, 16_000, 23_000, 17_000, 20_000], {"at_most": 21}, "not settled"),
    ],
)
def test_an_amount_that_is_alike_says_how_many_units_may_be_unlike(
    units: float, values: list[float], sides: dict[str, float], verdict: Verdict
) -> None:
    found = amount(units, values, **sides)
    assert found.verdict == verdict
    (number,) = found.numbers
    assert number.low < number.high


@pytest.mark.parametrize(
    ("per_trial", "verdict"),
    [
        ((48, 8), "confirmed"),  # 48 of 48 pages: at least 93 %
        ((24, 4), "not settled"),  # 24 of 24: at least 86 %
        ((49, 8), "not settled"),  # 6 of 48 pages may be others
        ((60, 8), "refuted"),
        ((8, 8), "refuted"),
    ],
)
def test_a_number_that_cannot_scatter(per_trial: tuple[float, float], verdict: Verdict) -> None:
    counts = {METRIC: [Counts(*per_trial, "count")] * 6}
    rule = Exactly(METRIC, "sse", lambda load: load.window.clients, "N")
    found = rule.judge(evidence(cell("sse", {}, counts=counts, clients=6)))
    assert found.verdict == verdict
    assert found.numbers[0].what == "latency_mean of sse: share that is exactly N"
    assert rule.judge(evidence(cell("sse", {METRIC: [6.0] * 6}))).verdict == "not measured"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([1.0] * 6, "confirmed"),
        ([1, 1, 1, 1, 1, 2], "refuted"),
        ([1.0] * 5, "not settled"),
        ([2.0], "refuted"),
        ([1, 1, NAN, 1, 1, 1], "not measured"),
    ],
)
def test_what_must_hold_in_every_trial(values: list[float], verdict: Verdict) -> None:
    rule = EveryTrial(METRIC, "ms", "sse", at_least=1, at_most=1)
    assert rule.judge(evidence(cell("sse", {METRIC: values}))).verdict == verdict


def test_a_trial_that_is_not_as_it_must_be_is_named() -> None:
    rule = EveryTrial(METRIC, "ms", "sse", at_most=5)
    found = rule.judge(evidence(cell("sse", {METRIC: [1, 2, 9, 1, 1, 8]})))
    assert found.words == "latency_mean at most 5 ms in every trial: 9 in 2 of 6 trials"
