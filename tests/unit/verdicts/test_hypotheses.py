"""Parts decided together: Holm's correction, and why a part is not settled."""

from __future__ import annotations

import numpy as np
import pytest
from claim_builders import around
from hypothesis import given
from hypothesis import strategies as st

from bench.stats.two_samples import holm
from bench.verdicts.hypotheses import (
    NEEDED,
    Hypothesis,
    conclude,
    decide,
    decide_together,
    hypothesis_of,
    merged,
)
from bench.verdicts.intervals import decides
from bench.verdicts.judgement import Judgement, Verdict
from bench.verdicts.spreads import centred, p_value


def made(value: float, spread: float = 0.05, count: int = 8, most: float = 12.0) -> Hypothesis:
    values = around(value, spread, count)
    return hypothesis_of(
        "value", "latency_mean", "sse", centred(values), "in time", values, wanted=(0.0, most)
    )


def test_six_repeats_are_needed() -> None:
    assert NEEDED == 6
    verdicts = [decide([made(5, count=count)])[0].verdict for count in (1, 5, 6)]
    assert verdicts == ["not settled", "not settled", "confirmed"]


def test_one_part_alone_needs_no_correction() -> None:
    one = made(11.39)
    (found,) = decide([one])
    assert found.verdict == "confirmed"
    assert found.numbers[0].p_value == pytest.approx(p_value(one.spread, one.wanted))


def test_among_many_parts_a_near_one_is_not_sure() -> None:
    """Its p of 0.03 alone is 0.06 as one of two that are not sure by themselves."""
    near, far = made(11.39), made(5)
    p = p_value(near.spread, near.wanted)
    assert 0.01 < p < 0.05
    assert [one.verdict for one in decide([near, far])] == ["confirmed"] * 2
    found = decide([near, near])
    assert [one.verdict for one in found] == ["not settled"] * 2
    assert "its 95 % interval would suffice alone, but not as one of 2 parts" in found[0].words
    assert found[0].words.endswith("repeats would settle it")
    assert found[0].numbers[0].p_value == pytest.approx(2 * p)


def test_parts_that_cannot_be_tested_are_of_no_family() -> None:
    near, few = made(11.39), made(5, count=3)
    assert [one.verdict for one in decide([few, near, few])] == [
        "not settled",
        "confirmed",
        "not settled",
    ]


@given(st.lists(st.floats(5, 20), min_size=1, max_size=5))
def test_the_verdicts_are_those_of_holms_p_values(values: list[float]) -> None:
    parts = [made(value) for value in values]
    corrected = holm([p_value(one.spread, one.wanted) for one in parts])
    for found, p in zip(decide(parts), corrected, strict=True):
        assert (found.verdict != "not settled") == (p <= 0.05)


@given(st.floats(5, 20), st.floats(0.01, 0.4), st.floats(0.5, 0.9999))
def test_a_p_value_and_an_interval_say_the_same(
    value: float, spread: float, confidence: float
) -> None:
    one = made(value, spread)
    p = p_value(one.spread, one.wanted)
    if abs(p - (1 - confidence)) > 1e-6:
        decided = decides(one.spread.interval(confidence), one.wanted)
        assert decided == (p < 1 - confidence)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([10.0, 10.1, 10.2, 10.0, 10.1, 10.2], "confirmed"),
        ([10.0, 10.1, 10.2, 10.0, 10.1, 30.0], "not settled"),  # the mean of all is 13.4
    ],
)
def test_the_mean_of_all_trials_must_lie_there_too(values: list[float], verdict: Verdict) -> None:
    one = hypothesis_of("value", "lost", "sse", centred(values), "few", values, wanted=(0.0, 12.0))
    (found,) = decide([one])
    assert found.verdict == verdict
    if verdict == "not settled":
        assert "confirmed by the trimmed mean, but the mean of all trials is 13.4" in found.words


def test_findings_are_concluded_in_their_order() -> None:
    missing = Judgement("not measured", "no such level")
    inner = merged([made(5), made(30)])
    found = conclude(merged([made(5), missing, inner]))
    assert found.verdict == "not measured"
    assert [number.verdict for number in found.numbers] == ["confirmed", "confirmed", "refuted"]
    assert conclude(merged([])).verdict == "not measured"


def test_a_verdict_is_said_once() -> None:
    """Parts of parts are one list: what is not settled is not said to be so twice."""
    found = conclude(merged([merged([made(12.0), made(5)]), merged([made(12.1)])]))
    assert found.verdict == "not settled"
    assert "not settled:" not in found.words
    assert found.words.startswith("in time: it lies too near its bound")
    assert found.words.endswith(" | confirmed: in time")


def test_that_all_hold_needs_no_correction_that_some_hold_does() -> None:
    """Two near ones are confirmed together; beside one that is refuted they must stand out."""
    near, beyond = made(11.3), made(30)
    assert [one.verdict for one in decide_together([near, near])] == ["confirmed"] * 2
    assert [one.verdict for one in decide_together([near, near, beyond])] == [
        "not settled",
        "not settled",
        "refuted",
    ]
    assert conclude(merged([near, near])).verdict == "confirmed"
    assert conclude(merged([near, near, beyond])).verdict == "not settled"
    assert conclude(merged([near, made(5), beyond])).verdict == "depends"


def test_a_false_part_is_not_confirmed_more_often_among_true_ones() -> None:
    """Many claims whose last part lies on its bound: at most one in twenty is confirmed."""
    random = np.random.default_rng(2)
    trials = np.exp(random.normal(0, 0.05, (400, 6)) + np.log(12))
    confirmed = 0
    for values in trials:
        at_bound = hypothesis_of(
            "value", "lost", "sse", centred(values), "few", values, wanted=(0.0, 12.0)
        )
        confirmed += conclude(merged([made(5), made(6), at_bound])).verdict == "confirmed"
    assert confirmed <= 0.05 * len(trials)
