"""Rules at single levels: tables for each verdict at, below and above the edges, properties."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from claim_builders import around, cell, evidence, renumbered, scaled
from hypothesis import given
from hypothesis import strategies as st

from bench.model.domain import Domain
from bench.model.law import Facts, Law, NoValue
from bench.model.metric import Counts
from bench.verdicts.judgement import Judgement, Verdict
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold

NAN = math.nan
METRIC = "latency_mean"
NEAR = around(11, 0.05)
"""Six trials whose 95 % interval reaches from about 10.4 to 11.6."""


def bound(values: list[float], **sides: float) -> Judgement:
    return Threshold(METRIC, "ms", "sse", **sides).judge(evidence(cell("sse", {METRIC: values})))


@pytest.mark.parametrize(
    ("values", "sides", "verdict"),
    [
        (NEAR, {"at_most": 20}, "confirmed"),
        (NEAR, {"at_most": 12}, "confirmed"),
        (NEAR, {"at_most": 11.3}, "not settled"),
        (NEAR, {"at_most": 10.7}, "not settled"),
        (NEAR, {"at_most": 10}, "refuted"),
        (NEAR, {"at_least": 10}, "confirmed"),
        (NEAR, {"at_least": 11}, "not settled"),
        (NEAR, {"at_least": 12}, "refuted"),
        (NEAR, {"at_least": 10, "at_most": 12}, "confirmed"),
        (NEAR, {"at_least": 1, "at_most": 11}, "not settled"),
        (NEAR[:5], {"at_most": 20}, "not settled"),
        ([*NEAR[:5], NAN], {"at_most": 20}, "not settled"),
        ([*NEAR, NAN], {"at_most": 20}, "confirmed"),
        ([1.0] * 6, {"at_least": 0.5}, "not settled"),
        ([NAN] * 6, {"at_most": 20}, "not measured"),
    ],
)
def test_a_bound(values: list[float], sides: dict[str, float], verdict: Verdict) -> None:
    assert bound(values, **sides).verdict == verdict


def test_a_bound_says_what_it_wants_and_found() -> None:
    found = bound(NEAR, at_most=20)
    assert found.words == "latency_mean at most 20 ms"
    (number,) = found.numbers
    assert number.value == pytest.approx(11, rel=0.01)
    assert (number.wanted, number.verdict) == ((-math.inf, 20), "confirmed")
    assert (number.trials, number.unit) == (6, "ms")
    assert number.p_value < 0.001


def test_why_a_bound_is_not_settled() -> None:
    assert bound([10.0], at_most=20).words == ("latency_mean at most 20 ms: 1 repeat, 6 are needed")
    assert "5 repeats, 6 are needed" in bound(NEAR[:5], at_most=20).words
    assert "all 6 repeats are alike" in bound([1.0] * 6, at_most=20).words
    assert "about 14 repeats would settle it" in bound(around(11, 0.05), at_most=11.7).words
    assert (
        "too near its bound" in bound(NEAR, at_most=bound(NEAR, at_most=1).numbers[0].value).words
    )


def test_every_level_must_hold_a_bound() -> None:
    cells = [cell("sse", {METRIC: around(n)}, clients=n) for n in (10, 30)]
    found = Threshold(METRIC, "ms", "sse", at_most=20).judge(evidence(*cells))
    assert found.verdict == "depends"
    assert [number.at for number in found.numbers] == ["clients=10", "clients=30"]
    assert [number.verdict for number in found.numbers] == ["confirmed", "refuted"]


# --- laws -------------------------------------------------------------------------------


def law_of(function: Callable[[Any, Facts], float], domain: Domain | None = None) -> Law:
    return Law("L-1", "", "for these tests", METRIC, ("sse",), function, domain)


def near(values: list[float], law: Any = 100.0, band: Band | None = None) -> Judgement:
    rule = AgreesWithLaw(METRIC, "ms", "sse", law_of(lambda *_: law), "L-1", band=band or Band())
    return rule.judge(evidence(cell("sse", {METRIC: values})))


@pytest.mark.parametrize(
    ("values", "law", "verdict"),
    [
        (around(100), 100.0, "confirmed"),
        (around(107), 100.0, "confirmed"),
        (around(93), 100.0, "confirmed"),
        (around(109.5), 100.0, "not settled"),
        (around(111), 100.0, "not settled"),
        (around(113), 100.0, "refuted"),
        (around(88), 100.0, "refuted"),
        (around(100, 0.3), 100.0, "not settled"),  # so wide that it agrees with any law
        (around(100, count=5), 100.0, "not settled"),
        ([100.0] * 6, 100.0, "not settled"),
        ([0.0] * 6, 0.0, "not measured"),
        (around(100), math.inf, "not measured"),
        ([NAN] * 6, 100.0, "not measured"),
        (around(100), NAN, "not measured"),
    ],
)
def test_a_law(values: list[float], law: float, verdict: Verdict) -> None:
    assert near(values, law).verdict == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.02, "refuted"), (0.15, "confirmed")])
def test_a_band_of_its_own(share: float, verdict: Verdict) -> None:
    assert near(around(107), band=Band(share, "for this test")).verdict == verdict


def test_a_band_that_is_not_10_percent_needs_its_reason() -> None:
    assert Band().around(50) == (45, pytest.approx(55))
    with pytest.raises(ValueError, match="a band of 20% needs its reason"):
        Band(0.2)
    rule = AgreesWithLaw(
        METRIC, "ms", "sse", law_of(lambda *_: 1.0), "L-1", band=Band(0.2, "it is so")
    )
    assert rule.text == "sse: latency_mean within 20% of law L-1 (it is so)"


def test_a_law_takes_the_facts_of_the_same_trial() -> None:
    """Trials that differ as their facts do agree with the law to the last."""
    facts = [20.0, 40.0, 80.0, 10.0, 5.0, 60.0]
    values = {METRIC: [2.01 * fact for fact in facts[:5]] + [2.0 * facts[5]], "rtt_us": facts}
    rule = AgreesWithLaw(METRIC, "ms", "sse", law_of(lambda _, known: 2 * known["rtt_us"]), "L-1")
    found = rule.judge(evidence(cell("sse", values)))
    assert found.verdict == "confirmed"
    assert found.numbers[0].high / found.numbers[0].low < 1.03


def test_a_law_never_sees_what_it_predicts() -> None:
    rule = AgreesWithLaw(METRIC, "ms", "sse", law_of(lambda _, facts: facts[METRIC]), "L-1")
    found = rule.judge(evidence(cell("sse", {METRIC: around(1)})))
    assert found == Judgement("not measured", "law L-1 lacks facts, or they lie outside it")


def _none(*_: Any) -> float:
    raise NoValue("trials scatter by more than the difference")


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (law_of(_none), "law L-1 has no value: trials scatter by more than the difference"),
        (law_of(lambda *_: 1.0, Domain({"clients": (7,)})), "law L-1 does not cover this load"),
        (law_of(lambda _, facts: facts["rtt_us"]), "law L-1 lacks facts, or they lie outside it"),
    ],
)
def test_why_a_law_has_no_value(law: Law, words: str) -> None:
    rule = AgreesWithLaw(METRIC, "ms", "sse", law, "L-1")
    found = rule.judge(evidence(cell("sse", {METRIC: around(1)})))
    assert found == Judgement("not measured", words)


def test_a_law_stands_beside_the_number() -> None:
    (number,) = near(around(100)).numbers
    assert number.law == pytest.approx(100)
    assert number.wanted == pytest.approx((90, 110))


# --- ratios -----------------------------------------------------------------------------


def ratio(mine: list[float], theirs: list[float], **sides: Any) -> Judgement:
    cells = cell("sse", {METRIC: mine}), cell("short_polling", {METRIC: theirs})
    return Ratio(METRIC, "sse", "short_polling", **sides).judge(evidence(*cells))


TEN = [10, 11, 10, 12, 10, 11.0]


@pytest.mark.parametrize(
    ("mine", "theirs", "sides", "verdict"),
    [
        (around(1), TEN, {"below": 0.5}, "confirmed"),
        (around(9), TEN, {"below": 0.5}, "refuted"),
        ([1, 9, 3, 9, 4, 8.0], TEN, {"below": 0.5}, "not settled"),
        (around(40), TEN, {"above": 2}, "confirmed"),
        (around(10), TEN, {"above": 2}, "refuted"),
        ([10, 40, 20, 10, 30, 20.0], TEN, {"above": 2}, "not settled"),
        (around(10), around(10, -0.01), {"within": Band()}, "confirmed"),
        (around(10.8), around(10, -0.01), {"within": Band()}, "not settled"),
        (around(12), around(10, -0.01), {"within": Band()}, "refuted"),
        (around(8), around(10, -0.01), {"within": Band()}, "refuted"),
        (around(10, 0.2), TEN, {"within": Band()}, "not settled"),
        ([5.0] * 6, [5.0] * 6, {"below": 1}, "not settled"),
        (around(1)[:5], TEN[:5], {"below": 0.5}, "not settled"),
        ([*around(1)[:5], NAN], TEN, {"below": 0.5}, "not settled"),
        ([NAN] * 6, TEN, {"below": 0.5}, "not measured"),
        # Nothing has no ratio, but it lies on a side.
        ([0.0] * 6, TEN, {"below": 0.5}, "confirmed"),
        ([0.0] * 6, TEN, {"above": 2}, "refuted"),
        (TEN, [0.0] * 6, {"above": 2}, "confirmed"),
        (TEN, [0.0] * 6, {"below": 0.5}, "refuted"),
        ([0, 9, 1, 9, 0, 9.0], TEN, {"below": 0.5}, "not settled"),
        ([0.0] * 6, [0.0] * 6, {"below": 1}, "not settled"),
        ([0.0] * 6, TEN, {"within": Band()}, "not measured"),
        ([0.0] * 6, TEN, {"above": 0.1, "below": 0.5}, "not measured"),
        ([5.0, 5.1, 4.9, 5.0, 5.1, 4.9], TEN, {"above": 0.4, "below": 0.6}, "confirmed"),
        ([2.0, 2.1, 1.9, 2.0, 2.1, 1.9], TEN, {"above": 0.4, "below": 0.6}, "refuted"),
        ([9.0, 9.1, 8.9, 9.0, 9.1, 8.9], TEN, {"above": 0.4, "below": 0.6}, "refuted"),
    ],
)
def test_a_ratio(
    mine: list[float], theirs: list[float], sides: dict[str, Any], verdict: Verdict
) -> None:
    assert ratio(mine, theirs, **sides).verdict == verdict


def test_a_ratio_has_bounds_or_a_band() -> None:
    for sides in ({}, {"below": 1.0, "within": Band()}):
        with pytest.raises(ValueError, match="or within"):
            Ratio(METRIC, "sse", "null", **sides)  # type: ignore[arg-type]


def test_without_a_ratio_both_values_are_shown() -> None:
    found = ratio([0.0] * 6, TEN, below=0.5)
    assert [(n.kind, n.pattern) for n in found.numbers] == [
        ("value", "sse"),
        ("value", "short_polling"),
    ]


def test_a_ratio_of_counts_without_spread_is_exact() -> None:
    """Bytes per event are the same in every trial: what was counted says how sure that is."""

    def sides(mine: float, theirs: float, events: float) -> Judgement:
        cells = [
            cell(name, {}, counts={METRIC: [Counts(each * events, events, "count")] * 6})
            for name, each in (("sse", mine), ("null", theirs))
        ]
        return Ratio(METRIC, "sse", "null", below=1).judge(evidence(*cells))

    assert sides(102, 122, 1000).verdict == "confirmed"
    assert sides(122, 102, 1000).verdict == "refuted"
    assert sides(102, 122, 0.5).verdict == "not settled"
    assert sides(102, 122, 0.5).words.endswith("repeats would settle it")


def test_nothing_counted_lies_below_something() -> None:
    cells = [
        cell(name, {}, counts={METRIC: [Counts(hits, 10, "count")] * 6})
        for name, hits in (("sse", 0), ("null", 50))
    ]
    assert Ratio(METRIC, "sse", "null", below=0.5).judge(evidence(*cells)).verdict == "confirmed"


def test_only_levels_that_both_have_are_compared() -> None:
    cells = [
        cell("sse", {METRIC: around(1)}, clients=5),
        cell("sse", {METRIC: around(9)}, clients=6),
        cell("null", {METRIC: TEN}, clients=5),
    ]
    found = Ratio(METRIC, "sse", "null", below=0.5).judge(evidence(*cells))
    assert (found.verdict, len(found.numbers)) == ("confirmed", 1)


def test_two_loads_of_one_pattern_can_be_compared() -> None:
    cells = [cell("sse", {METRIC: around(n, n / 1000)}, clients=n) for n in (5, 50)]
    rule = Ratio(METRIC, "sse", "sse", above=2, where={"clients": 50}, other_where={"clients": 5})
    found = rule.judge(evidence(*cells))
    assert found.verdict == "confirmed"
    assert "(clients=50 / clients=5)" in found.numbers[0].what


def test_a_missing_repeat_is_left_out_with_its_partner() -> None:
    mine = cell("sse", {METRIC: [1, 50, 1.1, 1, 1.2, 1, 1.1]})
    theirs = cell("null", {METRIC: [10, 10, 11, 11, 10, 9, 10]})
    del theirs.trials[2]  # type: ignore[attr-defined]
    found = Ratio(METRIC, "sse", "null", below=0.5).judge(evidence(mine, theirs))
    assert (found.verdict, found.numbers[0].trials) == ("confirmed", 6)


def test_all_of_takes_the_parts_together() -> None:
    known = evidence(cell("sse", {METRIC: around(10)}))
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

trials = st.lists(st.floats(0.1, 1000), min_size=6, max_size=9)


@given(st.lists(st.tuples(st.floats(0.1, 99), st.floats(0.1, 99)), min_size=2, max_size=8))
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
        AgreesWithLaw(METRIC, "ms", "sse", law_of(lambda *_: 100.0), "L"),
    )
    for rule in rules:
        first = rule.judge(evidence(mine, theirs))
        second = rule.judge(evidence(renumbered(mine, order), renumbered(theirs, order)))
        assert first.verdict == second.verdict
        assert first.numbers[0].low == pytest.approx(second.numbers[0].low, nan_ok=True)


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
    }


@given(st.floats(0.5, 2), st.floats(0.001, 0.3), st.integers(2, 12))
def test_a_law_is_confirmed_only_with_its_whole_interval(
    ratio: float, spread: float, count: int
) -> None:
    found = near(around(100 * ratio, spread, count))
    (number,) = found.numbers
    low, high = number.wanted
    if found.verdict == "confirmed":
        assert count >= 6
        assert low <= number.low <= number.high <= high
    elif found.verdict == "refuted":
        assert count >= 6
        assert number.high < low or number.low > high
    elif count >= 6:
        assert found.words.endswith("settle it")
