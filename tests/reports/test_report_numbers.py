"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from measured import METRICS
from report_builders import alone, near

from bench.model.outcome import OutcomeNoun
from bench.stats.estimates import Estimate
from reports import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.nan, "-"),
        (0.0, "0"),
        (1.0, "1.00"),
        (0.9998, "0.9998"),
        (0.99996, "0.99996"),
        (0.99999996, "0.999999"),
        (0.5, "0.500"),
        (1234.5, "1,230"),
        (-0.25, "-0.250"),
    ],
)
def test_number_keeps_what_matters(value: float, text: str) -> None:
    assert numbers.number(value) == text


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (near(2.0, 0.5), "1.50 to 2.50"),
        (near(2.0), "±0"),
        (Estimate(0.0, 0.0, 0.0, 3), "±0"),
        (alone(2.0), ""),
    ],
)
def test_interval(estimate: Estimate, text: str) -> None:
    assert numbers.interval(estimate) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0321, "+3.2 %"),
        (-0.37, "-37 %"),
        (-0.0001, "+0.0 %"),
        (12.0, "+1,200 %"),
        (math.nan, "-"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert numbers.percent(share) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
    ],
)
def test_listed(words: list[str], text: str) -> None:
    assert numbers.listed(words) == text


def test_title_has_the_unit() -> None:
    assert (
        numbers.title(METRICS["backend_cpu_us_per_event"].worded(OutcomeNoun()))
        == "backend CPU per event (µs)"
    )
    assert numbers.title(METRICS["completeness"]) == "completeness"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("short polling", "Short polling"), ("SSE", "SSE"), ("gRPC", "gRPC"), ("a", "A"), ("", "")],
)
def test_a_sentence_begins_with_a_large_letter_unless_a_name_does_not(
    text: str, shown: str
) -> None:
    assert numbers.sentence_case(text) == shown
