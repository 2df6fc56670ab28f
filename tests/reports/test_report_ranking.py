"""Who is ahead: only what the intervals settle."""

from __future__ import annotations

import math

import pytest
from report_builders import ONE, alone, near, result

from bench.stats.estimates import Estimate
from reports.ranking import clear_winner, rank, ratio

LATENCY, COMPLETE, NEITHER = "latency_mean", "completeness", "payload_bytes_per_event"


@pytest.mark.parametrize(
    ("metric", "values", "winner"),
    [
        (LATENCY, {"a": near(1, 0.1), "b": near(2, 0.1)}, "a"),
        (LATENCY, {"a": near(2, 0.1), "b": near(1, 0.1)}, "b"),
        (LATENCY, {"a": near(1, 0.6), "b": near(2, 0.6)}, None),
        (LATENCY, {"a": near(1), "b": near(1)}, None),
        (LATENCY, {"a": near(1, 0.1)}, None),
        (LATENCY, {"a": near(1, 0.1), "b": near(2, 0.1), "c": alone(0.5)}, None),
        (LATENCY, {"a": near(1, 0.1), "b": near(2, 0.1), "floor": near(0.1, 0.01)}, "a"),
        (COMPLETE, {"a": near(0.9, 0.01), "b": near(1, 0)}, "b"),
        (COMPLETE, {"a": near(4.0001, 1e-5), "b": near(4.0002, 1e-5)}, None),
        (COMPLETE, {"a": near(4.00, 1e-5), "b": near(4.01, 1e-5)}, "b"),
        (NEITHER, {"a": near(1, 0.1), "b": near(2, 0.1)}, None),
    ],
)
def test_clear_winner(metric: str, values: dict[str, Estimate], winner: str | None) -> None:
    assert clear_winner(result(metric, values, floors=("floor",)), ONE, metric) == winner


def test_leaders_are_those_whose_interval_reaches_the_best() -> None:
    values = {
        "wide": near(5, 4.5),
        "best": near(1, 0.1),
        "near": near(1.1, 0.1),
        "far": near(3, 0.1),
    }
    ranking = rank(result(LATENCY, values), ONE, LATENCY)
    assert ranking is not None
    assert [place.pattern.name for place in ranking.leaders] == ["best", "near", "wide"]
    assert [place.pattern.name for place in ranking.followers] == ["far"]


def test_ratio_adds_relative_errors_in_squares() -> None:
    a = Estimate(8.0, 8 / math.exp(0.3), 8 * math.exp(0.3), 3)
    b = Estimate(2.0, 2 / math.exp(0.4), 2 * math.exp(0.4), 3)
    found = ratio(a, b)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx(
        (4.0, 4 / math.exp(0.5), 4 * math.exp(0.5))
    )


def test_ratio_to_nothing_has_no_sense() -> None:
    assert ratio(near(1, 0.1), near(0)) is None
    known = ratio(near(4, 1), alone(2))
    assert known is not None
    assert known.value == 2
    assert not known.has_interval
