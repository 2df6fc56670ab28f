"""Two curves along a swept parameter: crossings where they were put, sides."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from claim_builders import along, around, cell, evidence, renumbered, scaled
from hypothesis import given
from hypothesis import strategies as st

from bench.model.metric import Counts
from bench.verdicts.evidence import Cell, families_of
from bench.verdicts.judgement import Judgement, Verdict
from bench.verdicts.trends import Crossover

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


def level(*values: float, spread: float = 0.02) -> Points:
    """Values of six trials that scatter by 2 % around one at each rate."""
    return {rate: around(value, spread) for rate, value in zip(RATES, values, strict=True)}


def steady(value: float) -> Points:
    """The same at each rate; where one trial has most of `level`, it has least of this."""
    return level(*[value] * len(RATES), spread=-0.02)


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
        # A level on the outside that is unsure, beside a crossing.
        ((0.2, 2, 5, 1), "less", "not settled"),
        ((1, 0.2, 2, 5), "less", "not settled"),
        ((1, 2, 3, 4), "more", "not settled"),
        ((0.2, 5, 0.2, 5), "less", "depends"),
    ],
)
def test_sides_of_one(values: tuple[float, ...], claimed: str, verdict: Verdict) -> None:
    assert judged(level(*values), claimed=claimed).verdict == verdict


def test_a_crossing_says_which_side_has_less() -> None:
    found = judged(level(0.25, 0.5, 2, 4))
    assert found.words == (
        "long_polling has less requests_per_s than 1 up to event_rate=4.00/s, and more beyond; its "
        "interval is wider than 10 %, a level near it would narrow it"
    )
    crossing, first, last = found.numbers
    assert crossing.value == pytest.approx(4, rel=0.02)
    assert (crossing.unit, crossing.trials) == ("/s", 6)
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
    found = judged(level(1, 2, 3, 4))
    assert found.words.startswith("requests_per_s at event_rate=0.5/s: it lies too near its bound")
    assert [number.at for number in found.numbers] == ["event_rate=0.5/s"]
    few = {rate: values[:5] for rate, values in level(2, 3, 4, 5).items()}
    assert judged(few).verdict == "not settled"
    assert judged(few).words == "requests_per_s at event_rate=0.5/s: 5 repeats, 6 are needed"


@given(st.floats(0.8, 20), st.floats(0.4, 2), st.integers(0, 9999), st.booleans())
def test_a_crossing_is_found_where_it_was_put(
    place: float, steepness: float, seed: int, falls: bool
) -> None:
    noise = np.random.default_rng(seed).lognormal(0, 0.01, (len(RATES), 6))
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


def law(load: Any, mine: Any, theirs: Any) -> float:
    return float(load.own.event_rate_per_s + mine["rtt_us"] + theirs["rtt_us"])


def with_facts(**more: Any) -> Judgement:
    """A crossing at 3.42/s; the fact is 10, 20, 30, 40 along the levels, and 100 elsewhere."""
    rule = Crossover(METRIC, "sse", "null", "event_rate", law, "L-1", where={"clients": 5}, **more)
    cells = [
        cell(
            name,
            {METRIC: around(value, scatter), "rtt_us": [10.0 * place] * 6},
            event_rate_per_s=rate,
            clients=5,
        )
        for name, values, scatter in (
            ("sse", (0.25, 0.5, 3, 4), 0.02),
            ("null", (1, 1, 1, 1), -0.02),
        )
        for place, (rate, value) in enumerate(zip(RATES, values, strict=True), 1)
    ]
    elsewhere = [
        cell(name, {METRIC: [7.0], "rtt_us": [100.0]}, event_rate_per_s=5.0, clients=6)
        for name in ("sse", "null")
    ]
    return rule.judge(evidence(*cells, *elsewhere))


def test_the_law_takes_facts_from_the_nearest_level_or_from_elsewhere() -> None:
    crossing = with_facts().numbers[0]
    assert crossing.value == pytest.approx(3.42, rel=0.01)
    assert crossing.law == pytest.approx(2 + 20 + 20)
    there = {"event_rate": 5, "clients": 6}
    assert with_facts(facts_at=there).numbers[0].law == pytest.approx(5 + 100 + 100)
    both = with_facts(facts_at=there, other_facts_at={"event_rate": 30})
    assert both.numbers[0].law == pytest.approx(5 + 100 + 40)
    assert math.isnan(with_facts(facts_at={"event_rate": 77}).numbers[0].law)


def test_at_the_same_level_the_law_does_not_see_what_is_compared() -> None:
    rule = Crossover(METRIC, "sse", "", "event_rate", lambda _, mine, __: mine[METRIC], "L-1")
    crossing = rule.judge(evidence(*along("sse", METRIC, level(0.25, 0.5, 3, 4)))).numbers[0]
    assert math.isnan(crossing.law)


def test_a_law_without_facts_leaves_the_crossing() -> None:
    rule = Crossover(METRIC, "sse", "", "event_rate", lambda *_: {}["x"], "L-1")
    crossing = rule.judge(evidence(*along("sse", METRIC, level(0.25, 0.5, 3, 4)))).numbers[0]
    assert math.isnan(crossing.law)


@pytest.mark.parametrize("mine", [{2.0: [1.0, 1.0]}, {}])
def test_one_level_is_no_sweep(mine: Points) -> None:
    assert judged(mine).verdict == "not measured"


def test_levels_without_the_metric_are_left_out() -> None:
    points = level(0.2, 0.3, 0.4, 5)
    points[RATES[1]] = [NAN] * 6
    points[RATES[2]] = [0.0] * 6
    found = judged(points)
    assert found.verdict == "depends"
    assert [point.x for point in found.curves[0].points] == [0.5, 30.0]
    assert judged({rate: [0, 0] for rate in RATES}).verdict == "not measured"


@pytest.mark.parametrize(("place", "verdict"), [(0, "not settled"), (1, "depends")])
def test_a_missing_repeat_is_left_out(place: int, verdict: Verdict) -> None:
    """With five repeats a level is unsure: on the outside that leaves the claim open."""
    cells = along("long_polling", METRIC, level(0.25, 0.5, 2, 4))
    del cells[place].trials[2]  # type: ignore[attr-defined]
    found = Crossover(METRIC, "long_polling", "", "event_rate").judge(evidence(*cells))
    assert (found.verdict, found.numbers[0].trials) == (verdict, 5)


def test_repeats_that_have_nothing_in_common_leave_the_bracket() -> None:
    cells = along("sse", METRIC, {0.5: around(0.2), 8.0: around(4, count=12)})
    for repeat in range(1, 7):
        del cells[1].trials[repeat]  # type: ignore[attr-defined]
    found = Crossover(METRIC, "sse", "", "event_rate").judge(evidence(*cells))
    crossing = found.numbers[0]
    assert (found.verdict, crossing.low, crossing.value, crossing.high) == ("depends", 0.5, 2, 8)


def test_levels_that_differ_otherwise_are_apart() -> None:
    """A second payload must not be mistaken for the other pattern's level."""
    cells = [
        *along("sse", METRIC, level(0.25, 0.5, 2, 4)),
        *along("null", METRIC, steady(1)),
        *along("sse", METRIC, level(25, 50, 200, 400), payload_bytes=1000),
        *along("null", METRIC, steady(100), payload_bytes=1000),
    ]
    found = Crossover(METRIC, "sse", "null", "event_rate").judge(evidence(*cells))
    places = [number for number in found.numbers if number.kind == "crossing"]
    assert [number.at for number in places] == ["payload=100B", "payload=1000B"]
    assert [number.value for number in places] == pytest.approx([4, 4], rel=0.02)


@given(st.permutations(range(6)), st.floats(0.01, 100))
def test_order_and_scale_do_not_matter(order: list[int], factor: float) -> None:
    mine = along("sse", METRIC, level(0.25, 0.5, 2, 4))
    theirs = along("null", METRIC, level(1, 1.1, 1.05, 1.2, spread=-0.02))
    rule = Crossover(METRIC, "sse", "null", "event_rate")
    first = rule.judge(evidence(*mine, *theirs))
    moved = [renumbered(scaled(one, factor, METRIC), order) for one in (*mine, *theirs)]
    second = rule.judge(evidence(*reversed(moved)))
    assert first.verdict == second.verdict == "depends"
    assert second.numbers[0].value == pytest.approx(first.numbers[0].value)


def test_a_crossing_of_what_is_counted_has_an_interval_though_all_trials_are_alike() -> None:
    def polls(seconds: float) -> Judgement:
        cells = [
            cell(
                "short_polling",
                {},
                counts={METRIC: [Counts(seconds, seconds * rate, "count")] * 6},
                event_rate_per_s=rate,
            )
            for rate in RATES
        ]
        rule = Crossover(METRIC, "short_polling", "", "event_rate", claimed="more", form="inverse")
        return rule.judge(evidence(*cells))

    crossing, *_ = polls(1000).numbers
    assert crossing.value == pytest.approx(1)
    assert crossing.low == pytest.approx(0.975, abs=0.003)
    assert crossing.high == pytest.approx(1.025, abs=0.003)
    assert polls(0.5).verdict == "not settled"


@pytest.mark.parametrize(("both_ways", "families"), [(True, 1), (False, 3)])
def test_a_link_that_is_swept_both_ways_is_one_family(both_ways: bool, families: int) -> None:
    cells = [
        Cell("sse", {"loss": loss, "loss_up": loss if both_ways else n / 10, "rtt": 0.05}, {})
        for n, loss in enumerate((0.01, 0.02, 0.05), start=1)
    ]
    assert len(families_of(cells, "loss")) == families


def halves(points: Points, claimed: str = "less") -> Judgement:
    """One pattern along the rate, against half of what it has at 1/s."""
    cells = along("sse", METRIC, points)
    rule = Crossover(METRIC, "sse", "sse", "event_rate", claimed=claimed, reference=1.0, share=0.5)
    return rule.judge(evidence(*cells))


@pytest.mark.parametrize(
    ("values", "verdict"),
    [((9, 8, 6), "refuted"), ((4, 3, 2), "confirmed"), ((8, 4, 2), "depends")],
)
def test_levels_are_compared_with_a_share_of_one_level(
    values: tuple[float, ...], verdict: Verdict
) -> None:
    levels = zip((2.0, 4.0, 8.0), values, strict=True)
    points = {1.0: around(10, -0.02), **{rate: around(value, 0.02) for rate, value in levels}}
    found = halves(points)
    assert found.verdict == verdict
    assert "0.5 of sse at event_rate=1" in found.curves[0].other
    if verdict == "depends":
        assert found.curves[0].crossing is not None
        assert 2 < found.curves[0].crossing.value < 4


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("count", "confirmed"), ("amount", "confirmed"), ("share", "not settled")],
)
def test_what_is_counted_is_compared_with_a_share_of_one_level(kind: Any, verdict: Verdict) -> None:
    """Half of a share is no share of any observations: it has no exact interval."""
    counts = {rate: Counts(hits, 1000, kind, 100) for rate, hits in ((1, 1000), (2, 300), (4, 200))}
    cells = [
        cell("sse", {}, counts={METRIC: [one] * 6}, event_rate_per_s=rate)
        for rate, one in counts.items()
    ]
    rule = Crossover(METRIC, "sse", "sse", "event_rate", reference=1.0, share=0.5)
    assert rule.judge(evidence(*cells)).verdict == verdict


def test_a_level_without_its_reference_is_left_out() -> None:
    assert halves({2.0: around(4, 0.02), 4.0: around(2, 0.02)}).verdict == "not measured"
