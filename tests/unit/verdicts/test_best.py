"""Whether more of a swept parameter is better: the level that is enough, and those beyond."""

from __future__ import annotations

from typing import Literal

import pytest
from claim_builders import along, around, evidence

from bench.verdicts.best import BestLevel
from bench.verdicts.judgement import Judgement, Verdict

METRIC = "deliveries_per_s"


def judged(
    values: dict[float, float], better: Literal["higher", "lower"] = "higher", spread: float = 0.01
) -> Judgement:
    """Six trials a level; the levels scatter each in its own way."""
    points = {
        rate: around(value, spread * (-1) ** place * (1 + place / 10))
        for place, (rate, value) in enumerate(values.items())
    }
    rule = BestLevel(METRIC, "sse", "event_rate", 5.0, better)
    return rule.judge(evidence(*along("sse", METRIC, points)))


@pytest.mark.parametrize(
    ("values", "better", "verdict"),
    [
        ({1: 50, 5: 100, 20: 100, 200: 80}, "higher", "confirmed"),
        ({1: 50, 5: 100, 20: 130, 200: 140}, "higher", "refuted"),
        ({1: 50, 5: 100, 20: 95, 200: 140}, "higher", "depends"),
        ({1: 9, 5: 5, 20: 5, 200: 8}, "lower", "confirmed"),
        ({1: 9, 5: 5, 20: 3, 200: 2}, "lower", "refuted"),
        ({1: 50, 5: 100}, "higher", "not measured"),
        ({1: 50, 20: 100}, "higher", "not measured"),
    ],
)
def test_a_larger_level_must_not_be_better(
    values: dict[float, float], better: Literal["higher", "lower"], verdict: Verdict
) -> None:
    assert judged(values, better).verdict == verdict


def test_what_lies_near_the_bound_is_not_settled() -> None:
    assert judged({5: 100, 20: 110}, spread=0.05).verdict == "not settled"


@pytest.mark.parametrize(
    ("values", "better", "best"),
    [
        ({1: 50, 5: 100, 20: 101, 200: 80}, "higher", "5/s"),
        ({1: 96, 5: 100, 20: 101, 200: 80}, "higher", "1/s"),
        ({1: 50, 5: 100, 20: 130, 200: 141}, "higher", "20/s"),
        ({1: 9, 5: 5.2, 20: 5, 200: 8}, "lower", "5/s"),
    ],
)
def test_the_answer_is_the_smallest_level_that_is_as_good_as_the_best(
    values: dict[float, float], better: Literal["higher", "lower"], best: str
) -> None:
    found = judged(values, better)
    assert f"the smallest event_rate within 10 % of the best {METRIC} is {best}" in found.words
    (curve,) = found.curves
    assert [point.x for point in curve.points] == [x for x in values if x > 5]
    assert curve.other == "event_rate=5/s"


def test_a_level_that_lacks_the_metric_is_not_measured() -> None:
    cells = along("sse", "latency_mean", {5: around(1.0), 20: around(1.0)})
    rule = BestLevel(METRIC, "sse", "event_rate", 5.0, "higher")
    assert rule.judge(evidence(*cells)).verdict == "not measured"
    assert rule.judge(evidence()).verdict == "not measured"


def test_in_words() -> None:
    rule = BestLevel(METRIC, "sse", "event_rate", 5.0, "higher", where={"clients": 3})
    assert rule.text.startswith(
        "sse: no event_rate above 5 has a higher deliveries_per_s by more than 10 %"
    )
