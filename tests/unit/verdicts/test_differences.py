"""What one pattern adds to another, and by how much more it does so at another level."""

from __future__ import annotations

import pytest
from claim_builders import around, cell, evidence

from bench.verdicts.differences import Difference
from bench.verdicts.evidence import Evidence

METRIC = "latency_p50"
RULE = Difference(METRIC, "ms", "sse", "null", at_least=0.2)


def added(amount: float, base: float = 1.0, **load: int) -> Evidence:
    return evidence(
        cell("sse", {METRIC: around(base + amount, 0.01)}, **load),
        cell("null", {METRIC: around(base, 0.01)}, **load),
    )


def test_what_is_added_is_said_in_its_unit_with_an_interval() -> None:
    found = RULE.judge(added(0.5))
    assert found.verdict == "confirmed"
    (number,) = found.numbers
    assert (number.kind, number.unit, number.trials) == ("difference", "ms", 6)
    assert number.value == pytest.approx(0.5, rel=0.05)
    assert number.low < number.value < number.high
    assert number.what == f"{METRIC}: sse less null"
    assert RULE.text == f"sse: {METRIC} added to null at least 0.2 ms"


@pytest.mark.parametrize(
    ("amount", "verdict"), [(0.5, "confirmed"), (0.2, "not settled"), (0.05, "refuted")]
)
def test_a_bound_decides(amount: float, verdict: str) -> None:
    assert RULE.judge(added(amount)).verdict == verdict
    most = Difference(METRIC, "ms", "sse", "null", at_most=0.2)
    wanted = {"confirmed": "refuted", "refuted": "confirmed"}.get(verdict, verdict)
    assert most.judge(added(amount)).verdict == wanted


def test_trials_are_paired_by_repeat() -> None:
    """What both have in common in a repeat is no scatter of the difference."""
    common = [1.0, 5.0, 2.0, 9.0, 3.0, 7.0]
    mine = [value + step for value, step in zip(common, around(0.5), strict=True)]
    known = evidence(cell("sse", {METRIC: mine}), cell("null", {METRIC: common}))
    (number,) = RULE.judge(known).numbers
    assert number.value == pytest.approx(0.5, rel=0.02)
    assert number.high - number.low < 0.05


def test_more_than_at_another_level() -> None:
    rule = Difference(
        METRIC, "ms", "sse", "null", at_least=0, where={"clients": 2}, than={"clients": 1}
    )
    known = evidence(*added(0.5, clients=2).cells, *added(0.3, base=4.0, clients=1).cells)
    found = rule.judge(known)
    (number,) = found.numbers
    assert number.value == pytest.approx(0.2, rel=0.1)
    reverse = Difference(
        METRIC, "ms", "sse", "null", at_least=0, where={"clients": 1}, than={"clients": 2}
    )
    assert reverse.judge(known).numbers[0].value == pytest.approx(-0.2, rel=0.1)
    assert "more than at (clients=1)" in rule.text


def test_without_the_other_nothing_is_known() -> None:
    alone = evidence(cell("sse", {METRIC: around(1.0)}))
    assert RULE.judge(alone).verdict == "not measured"
    other = evidence(*alone.cells, cell("null", {"latency_p90": around(1.0)}))
    assert RULE.judge(other).verdict == "not measured"


def test_trials_that_are_all_alike_have_no_interval() -> None:
    known = evidence(cell("sse", {METRIC: [2.0] * 6}), cell("null", {METRIC: [1.0] * 6}))
    assert RULE.judge(known).verdict == "not settled"


def test_a_difference_has_a_bound() -> None:
    with pytest.raises(ValueError, match="bound"):
        Difference(METRIC, "ms", "sse", "null")
