"""Rules along a swept parameter: crossings where they were put, sides, lines."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claim_builders import along, cell, evidence, renumbered, scaled
from hypothesis import given
from hypothesis import strategies as st

from bench.verdicts.evidence import Judgement, Verdict
from bench.verdicts.trends import Crossover, LinearFit, crossings, fitted

METRIC = "requests_per_s"
RATES = (0.5, 2.0, 8.0, 30.0)
NAN = math.nan

Points = dict[float, list[float]]


def judged(mine: Points, theirs: Points | None = None, claimed: str = "less") -> Judgement:
    cells = along("long_polling", METRIC, mine)
    if theirs is not None:
        cells += along("short_polling", METRIC, theirs)
    other = "" if theirs is None else "short_polling"
    rule = Crossover(METRIC, "long_polling", other, "event_rate", claimed=claimed)
    return rule.judge(evidence(*cells))


def level(*values: float) -> Points:
    """Values that scatter by 2 % around one at each rate."""
    return {
        rate: [value * 0.98, value, value * 1.02] for rate, value in zip(RATES, values, strict=True)
    }


@pytest.mark.parametrize(
    ("values", "claimed", "verdict"),
    [
        ((0.2, 0.3, 0.4, 0.5), "less", "confirmed"),
        ((0.2, 0.3, 0.4, 0.5), "more", "refuted"),
        ((2, 3, 4, 5), "less", "refuted"),
        ((2, 3, 4, 5), "more", "confirmed"),
        ((0.2, 0.5, 2, 5), "less", "depends"),
        ((5, 2, 0.5, 0.2), "more", "depends"),
        ((0.2, 1, 2, 5), "less", "depends"),
        ((0.2, 1, 0.5, 0.2), "less", "not settled"),
        ((1, 2, 3, 4), "more", "not settled"),
        ((0.2, 5, 0.2, 5), "less", "depends"),
    ],
)
def test_sides_of_one(values: tuple[float, ...], claimed: str, verdict: Verdict) -> None:
    assert judged(level(*values), claimed=claimed).verdict == verdict


def test_a_crossing_says_which_side_has_less() -> None:
    found = judged(level(0.25, 0.5, 2, 4))
    assert found.words == (
        "long_polling has less requests_per_s than 1 up to event_rate=4.00/s, and more beyond"
    )
    crossing, first, last = found.numbers
    assert crossing.value == pytest.approx(4, rel=0.02)
    assert (crossing.unit, crossing.trials) == ("/s", 3)
    assert (first.at, last.at) == ("event_rate=0.5/s", "event_rate=30/s")
    (curve,) = found.curves
    assert [point.x for point in curve.points] == list(RATES)
    assert curve.crossing == crossing
    assert "more requests_per_s than 1 up to" in judged(level(4, 2, 0.5, 0.25)).words


def test_more_than_one_crossing_has_no_place() -> None:
    found = judged(level(0.2, 5, 0.2, 5))
    assert "3 times" in found.words
    assert all(number.kind == "ratio" for number in found.numbers)


def test_words_say_what_is_not_settled() -> None:
    assert judged(level(1, 2, 3, 4)).words == "at event_rate=0.5/s: the interval includes 1"
    alone = {rate: values[:1] for rate, values in level(2, 3, 4, 5).items()}
    assert judged(alone).verdict == "not settled"
    assert "one trial" in judged(alone).words


@given(st.floats(0.8, 20), st.floats(0.4, 2), st.integers(0, 9999), st.booleans())
def test_a_crossing_is_found_where_it_was_put(
    place: float, steepness: float, seed: int, falls: bool
) -> None:
    noise = np.random.default_rng(seed).lognormal(0, 0.01, (len(RATES), 4))
    power = -steepness if falls else steepness
    points = {
        rate: [(rate / place) ** power * float(factor) for factor in row]
        for rate, row in zip(RATES, noise, strict=True)
    }
    found = judged(points)
    if found.verdict == "not settled":  # the crossing lies upon an outer level
        assert min(abs(math.log(place / rate)) for rate in (RATES[0], RATES[-1])) < 0.1
        return
    assert found.verdict == "depends"
    crossing = found.numbers[0]
    # 95 % of intervals hold it; all come near.
    assert crossing.low * 0.93 <= place <= crossing.high * 1.07
    assert crossing.value == pytest.approx(place, rel=0.08)


def test_the_law_takes_facts_from_the_nearest_level() -> None:
    rule = Crossover(
        METRIC,
        "sse",
        "null",
        "event_rate",
        lambda load, mine, theirs: load.own.event_rate_per_s + mine[METRIC] + theirs[METRIC],
        "L-1",
    )
    cells = along("sse", METRIC, level(0.25, 0.5, 3, 4)) + along("null", METRIC, level(1, 1, 1, 1))
    crossing = rule.judge(evidence(*cells)).numbers[0]
    assert crossing.value == pytest.approx(3.42, rel=0.01)
    assert crossing.law == pytest.approx(2 + 0.5 + 1)


def test_a_law_without_facts_leaves_the_crossing() -> None:
    rule = Crossover(METRIC, "sse", "", "event_rate", lambda *_: {}["x"], "L-1")
    crossing = rule.judge(evidence(*along("sse", METRIC, level(0.25, 0.5, 3, 4)))).numbers[0]
    assert math.isnan(crossing.law)


@pytest.mark.parametrize("mine", [{2.0: [1.0, 1.0]}, {}])
def test_one_level_is_no_sweep(mine: Points) -> None:
    assert judged(mine).verdict == "not measured"


def test_levels_without_the_metric_are_left_out() -> None:
    points = level(0.2, 0.3, 0.4, 5)
    points[RATES[1]] = [NAN, NAN, NAN]
    points[RATES[2]] = [0, 0, 0]
    found = judged(points)
    assert found.verdict == "depends"
    assert [point.x for point in found.curves[0].points] == [0.5, 30.0]
    assert judged({rate: [0, 0] for rate in RATES}).verdict == "not measured"


def test_a_missing_repeat_is_left_out() -> None:
    cells = along("long_polling", METRIC, level(0.25, 0.5, 2, 4))
    del cells[1].trials[2]
    found = Crossover(METRIC, "long_polling", "", "event_rate").judge(evidence(*cells))
    assert (found.verdict, found.numbers[0].trials) == ("depends", 2)


def test_repeats_that_have_nothing_in_common_leave_the_bracket() -> None:
    cells = along("sse", METRIC, {0.5: [0.2, 0.2], 8.0: [4, 4.1, 4, 4.1]})
    for repeat in (1, 2):
        del cells[1].trials[repeat]
    found = Crossover(METRIC, "sse", "", "event_rate").judge(evidence(*cells))
    crossing = found.numbers[0]
    assert (found.verdict, crossing.low, crossing.value, crossing.high) == ("depends", 0.5, 2, 8)


def test_levels_that_differ_otherwise_are_apart() -> None:
    """A second payload must not be mistaken for the other pattern's level."""
    cells = [
        *along("sse", METRIC, level(0.25, 0.5, 2, 4)),
        *along("null", METRIC, level(1, 1, 1, 1)),
        *along("sse", METRIC, level(25, 50, 200, 400), payload_bytes=1000),
        *along("null", METRIC, level(100, 100, 100, 100), payload_bytes=1000),
    ]
    found = Crossover(METRIC, "sse", "null", "event_rate").judge(evidence(*cells))
    places = [number for number in found.numbers if number.kind == "crossing"]
    assert [number.at for number in places] == ["payload=100B", "payload=1000B"]
    assert [number.value for number in places] == pytest.approx([4, 4], rel=0.02)


@given(st.permutations(range(3)), st.floats(0.01, 100))
def test_order_and_scale_do_not_matter(order: list[int], factor: float) -> None:
    mine = along("sse", METRIC, level(0.25, 0.5, 2, 4))
    theirs = along("null", METRIC, level(1, 1.1, 1, 1.2))
    rule = Crossover(METRIC, "sse", "null", "event_rate")
    first = rule.judge(evidence(*mine, *theirs))
    moved = [renumbered(scaled(one, factor, METRIC), order) for one in (*mine, *theirs)]
    second = rule.judge(evidence(*reversed(moved)))
    assert first.verdict == second.verdict == "depends"
    assert second.numbers[0].value == pytest.approx(first.numbers[0].value)


@pytest.mark.parametrize(
    ("y", "places"),
    [
        ([-1, 1], [0.5]),
        ([-1, 3], [0.25]),
        ([-1, 0, 1], [1.0]),
        ([-1, 0, 0, 1], [1.5]),
        ([1, 0, 1], []),
        ([0, 1], []),
        ([1, 0], []),
        ([-1, 1, -1], [0.5, 1.5]),
        ([0, 0], []),
    ],
)
def test_crossings(y: list[float], places: list[float]) -> None:
    assert crossings(np.arange(len(y), dtype=float), np.array(y, dtype=float)) == places


# --- lines ------------------------------------------------------------------------------


def straight(rows: dict[int, list[float]]) -> Judgement:
    cells = [cell("sse", {METRIC: values}, clients=n) for n, values in rows.items()]
    return LinearFit(METRIC, "/s", "sse", "clients").judge(evidence(*cells))


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ({10: [20, 21, 20], 20: [40, 41, 40], 40: [80, 81, 80]}, "confirmed"),
        ({10: [5, 5, 5], 20: [5, 5, 5], 40: [5, 5, 5]}, "confirmed"),
        ({10: [1, 1, 1], 20: [50, 51, 50], 40: [2, 2, 2]}, "refuted"),
        ({10: [20, 1, 20], 20: [40, 41, 90], 40: [80, 81, 80]}, "not settled"),
        ({10: [20], 20: [40], 40: [80]}, "not settled"),
        ({10: [20, 21], 20: [40, 41]}, "not measured"),
        ({10: [NAN, NAN], 20: [40, 41], 40: [80, 80]}, "not measured"),
        ({10: [20, NAN, 20], 20: [40, 41, 40], 40: [80, 81, 80]}, "confirmed"),
    ],
)
def test_a_line(rows: dict[int, list[float]], verdict: Verdict) -> None:
    assert straight(rows).verdict == verdict


def test_a_line_has_a_slope() -> None:
    found = straight({10: [25, 25.2, 25], 20: [45, 45.1, 45], 40: [85, 85.3, 85]})
    slope, fit = found.numbers
    assert slope.value == pytest.approx(2, rel=0.01)
    assert (slope.unit, slope.verdict, fit.verdict) == ("/s", None, "confirmed")
    assert fit.high <= 1
    (curve,) = found.curves
    assert (curve.slope, curve.intercept) == pytest.approx((2, 5), rel=0.02)


@given(st.floats(-5, 5), st.floats(-100, 100))
def test_a_fit_finds_the_line(slope: float, start: float) -> None:
    x = np.array([20.0, 100.0, 400.0])
    found = fitted(x, start + slope * x)
    assert found[:2] == pytest.approx((slope, start), abs=1e-6)
