"""Rules at single levels: tables for each verdict, properties, missing and zero values."""

from __future__ import annotations

import math
from typing import Any

import pytest
from claim_builders import cell, evidence, renumbered, scaled
from hypothesis import given
from hypothesis import strategies as st

from bench.verdicts.evidence import Judgement, Verdict
from bench.verdicts.rules import AgreesWithLaw, AllOf, Ratio, Threshold

NAN = math.nan
METRIC = "latency_mean"


def bound(values: list[float], **sides: float) -> Judgement:
    return Threshold(METRIC, "ms", "sse", **sides).judge(evidence(cell("sse", {METRIC: values})))


@pytest.mark.parametrize(
    ("values", "sides", "verdict"),
    [
        ([10, 11, 12], {"at_most": 20}, "confirmed"),
        ([10, 11, 12], {"at_most": 5}, "refuted"),
        ([10, 11, 12], {"at_most": 11}, "not settled"),
        ([10, 11, 12], {"at_least": 5}, "confirmed"),
        ([10, 11, 12], {"at_least": 20}, "refuted"),
        ([10, 11, 12], {"at_least": 11}, "not settled"),
        ([10, 11, 12], {"at_least": 5, "at_most": 20}, "confirmed"),
        ([1, 1, 1], {"at_least": 1}, "confirmed"),
        ([0, 0, 0], {"at_most": 0}, "confirmed"),
        ([10], {"at_most": 20}, "not settled"),
        ([10, NAN], {"at_most": 20}, "not settled"),
        ([10, NAN, 11], {"at_most": 15}, "not settled"),
        ([10, NAN, 10.1], {"at_most": 20}, "confirmed"),
        ([NAN, NAN], {"at_most": 20}, "not measured"),
    ],
)
def test_a_bound(values: list[float], sides: dict[str, float], verdict: Verdict) -> None:
    assert bound(values, **sides).verdict == verdict


def test_a_bound_says_what_it_wants_and_found() -> None:
    found = bound([10, 11, 12], at_most=20)
    assert found.words == "latency_mean at most 20 ms"
    (number,) = found.numbers
    assert (number.value, number.wanted, number.verdict) == (11, (-math.inf, 20), "confirmed")
    assert (number.trials, number.unit) == (3, "ms")
    assert "one trial has no interval" in bound([10], at_most=20).words


def test_every_level_must_hold_a_bound() -> None:
    cells = [cell("sse", {METRIC: [n, n * 1.01, n]}, clients=n) for n in (10, 30)]
    found = Threshold(METRIC, "ms", "sse", at_most=20).judge(evidence(*cells))
    assert found.verdict == "depends"
    assert [number.at for number in found.numbers] == ["clients=10", "clients=30"]
    assert [number.verdict for number in found.numbers] == ["confirmed", "refuted"]


def near(values: list[float], law: Any = 100.0, tolerance: float = 0.1) -> Judgement:
    rule = AgreesWithLaw(METRIC, "ms", "sse", lambda *_: law, "L-1", tolerance)
    return rule.judge(evidence(cell("sse", {METRIC: values})))


@pytest.mark.parametrize(
    ("values", "law", "verdict"),
    [
        ([99, 101, 100], 100.0, "confirmed"),
        ([108, 109, 108], 100.0, "confirmed"),
        ([150, 151, 150], 100.0, "refuted"),
        ([50, 51, 50], 100.0, "refuted"),
        ([110, 114, 107], 100.0, "not settled"),
        ([20, 100, 500], 100.0, "not settled"),  # so wide that it agrees with any law
        ([100], 100.0, "not settled"),
        ([0, 0, 0], 0.0, "confirmed"),
        ([1, 2, 1], 0.0, "refuted"),
        ([NAN, NAN], 100.0, "not measured"),
        ([100, 101], NAN, "not measured"),
    ],
)
def test_a_law(values: list[float], law: float, verdict: Verdict) -> None:
    assert near(values, law).verdict == verdict


def test_a_law_whose_facts_are_missing_is_not_measured() -> None:
    rule = AgreesWithLaw(METRIC, "ms", "sse", lambda _, facts: facts["no such"], "L-1", 0.1)
    found = rule.judge(evidence(cell("sse", {METRIC: [1, 2]})))
    assert found == Judgement("not measured", "law L-1 lacks facts that it needs")


def test_a_law_stands_beside_the_number() -> None:
    (number,) = near([99, 101, 100]).numbers
    assert (number.law, number.wanted) == (100, (90, 110))


def ratio(mine: list[float], theirs: list[float], **sides: float) -> Judgement:
    cells = cell("sse", {METRIC: mine}), cell("short_polling", {METRIC: theirs})
    return Ratio(METRIC, "sse", "short_polling", **sides).judge(evidence(*cells))


@pytest.mark.parametrize(
    ("mine", "theirs", "sides", "verdict"),
    [
        ([1, 1.1, 1], [10, 11, 10], {"below": 0.5}, "confirmed"),
        ([9, 10, 9], [10, 11, 10], {"below": 0.5}, "refuted"),
        ([1, 9, 3], [10, 10, 10], {"below": 0.5}, "not settled"),
        ([30, 31, 30], [10, 11, 10], {"above": 2}, "confirmed"),
        ([10, 11, 10], [10, 11.5, 10], {"above": 2}, "refuted"),
        ([10, 40, 20], [10, 11, 10], {"above": 2}, "not settled"),
        ([5, 5, 5], [5, 5, 5], {"below": 1}, "refuted"),
        ([5, 5, 5], [5, 5, 5], {"above": 1}, "refuted"),
        ([1], [10], {"below": 0.5}, "not settled"),
        ([1, NAN], [10, 10], {"below": 0.5}, "not settled"),
        ([NAN, NAN], [10, 10], {"below": 0.5}, "not measured"),
        ([1, NAN], [NAN, 10], {"below": 0.5}, "not measured"),
        # Nothing has no ratio, but it lies on a side.
        ([0, 0, 0], [10, 11, 10], {"below": 0.5}, "confirmed"),
        ([0, 0, 0], [10, 11, 10], {"above": 2}, "refuted"),
        ([10, 11, 10], [0, 0, 0], {"above": 2}, "confirmed"),
        ([10, 11, 10], [0, 0, 0], {"below": 0.5}, "refuted"),
        ([0, 9, 1], [10, 11, 10], {"below": 0.5}, "not settled"),
        ([0, 0, 0], [0, 0, 0], {"below": 1}, "not settled"),
        ([0], [10], {"below": 0.5}, "not settled"),
    ],
)
def test_a_ratio(
    mine: list[float], theirs: list[float], sides: dict[str, float], verdict: Verdict
) -> None:
    assert ratio(mine, theirs, **sides).verdict == verdict


def test_a_ratio_has_one_bound() -> None:
    for sides in ({}, {"below": 1.0, "above": 2.0}):
        with pytest.raises(ValueError, match="one bound"):
            Ratio(METRIC, "sse", "null", **sides)


def test_without_a_ratio_both_values_are_shown() -> None:
    found = ratio([0, 0, 0], [10, 11, 10], below=0.5)
    assert [(n.kind, n.pattern) for n in found.numbers] == [
        ("value", "sse"),
        ("value", "short_polling"),
    ]


def test_only_levels_that_both_have_are_compared() -> None:
    cells = [
        cell("sse", {METRIC: [1, 1.1]}, clients=5),
        cell("sse", {METRIC: [9, 9.1]}, clients=6),
        cell("null", {METRIC: [10, 11]}, clients=5),
    ]
    found = Ratio(METRIC, "sse", "null", below=0.5).judge(evidence(*cells))
    assert (found.verdict, len(found.numbers)) == ("confirmed", 1)


def test_two_loads_of_one_pattern_can_be_compared() -> None:
    cells = [cell("sse", {METRIC: [n, n * 1.1]}, clients=n) for n in (5, 50)]
    rule = Ratio(METRIC, "sse", "sse", above=2, where={"clients": 50}, other_where={"clients": 5})
    found = rule.judge(evidence(*cells))
    assert found.verdict == "confirmed"
    assert "(clients=50 / clients=5)" in found.numbers[0].what


def test_a_missing_repeat_is_left_out_with_its_partner() -> None:
    mine = cell("sse", {METRIC: [1, 50, 1.1]})
    theirs = cell("null", {METRIC: [10, 10, 11]})
    del theirs.trials[2]
    found = Ratio(METRIC, "sse", "null", below=0.5).judge(evidence(mine, theirs))
    assert (found.verdict, found.numbers[0].trials) == ("confirmed", 2)


def test_all_of_takes_the_parts_together() -> None:
    known = evidence(cell("sse", {METRIC: [10, 10.1, 10]}))
    parts = Threshold(METRIC, "ms", "sse", at_most=20), Threshold(METRIC, "ms", "sse", at_least=15)
    found = AllOf(parts).judge(known)
    assert found.verdict == "depends"
    assert (
        found.words
        == "confirmed: latency_mean at most 20 ms | refuted: latency_mean at least 15 ms"
    )
    missing = Threshold(METRIC, "ms", "null", at_most=20)
    assert AllOf((*parts, missing)).judge(known).verdict == "not measured"
    assert AllOf(parts).text == "sse: latency_mean at most 20 ms; sse: latency_mean at least 15 ms"


# --- properties -------------------------------------------------------------------------

trials = st.lists(st.floats(0.1, 1000), min_size=2, max_size=5)


@given(st.lists(st.tuples(st.floats(0.1, 99), st.floats(0.1, 99)), min_size=1, max_size=5))
def test_the_scale_of_a_metric_does_not_change_a_ratio(pairs: list[tuple[float, float]]) -> None:
    cells = (
        cell("sse", {METRIC: [a for a, _ in pairs]}),
        cell("null", {METRIC: [b for _, b in pairs]}),
    )
    rule = Ratio(METRIC, "sse", "null", below=0.7)
    first = rule.judge(evidence(*cells))
    second = rule.judge(evidence(*(scaled(one, 8, METRIC) for one in cells)))
    assert first.verdict == second.verdict
    assert first.numbers[0].value == pytest.approx(second.numbers[0].value)


@given(st.data())
def test_the_order_of_trials_is_irrelevant(data: st.DataObject) -> None:
    values = data.draw(trials)
    order = data.draw(st.permutations(range(len(values))))
    mine = cell("sse", {METRIC: values})
    theirs = cell("null", {METRIC: [value + place for place, value in enumerate(values)]})
    rules = (
        Ratio(METRIC, "sse", "null", below=0.9),
        Threshold(METRIC, "ms", "sse", at_most=100),
        AgreesWithLaw(METRIC, "ms", "sse", lambda *_: 100.0, "L", 0.2),
    )
    for rule in rules:
        first = rule.judge(evidence(mine, theirs))
        second = rule.judge(evidence(renumbered(mine, order), renumbered(theirs, order)))
        assert first.verdict == second.verdict
        assert first.numbers[0].low == pytest.approx(second.numbers[0].low)


@given(trials)
def test_below_and_above_never_agree(values: list[float]) -> None:
    known = evidence(cell("sse", {METRIC: values}), cell("null", {METRIC: [10.0] * len(values)}))
    below, above = (
        Ratio(METRIC, "sse", "null", **side).judge(known).verdict
        for side in ({"below": 1.0}, {"above": 1.0})
    )
    assert (below, above) in {
        ("confirmed", "refuted"),
        ("refuted", "confirmed"),
        ("not settled", "not settled"),
        ("refuted", "refuted"),  # all are exactly equal
    }
