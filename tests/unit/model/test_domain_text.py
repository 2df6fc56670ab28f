"""Where a load lies outside a domain: each part is named, and nothing where it lies within."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.domain import Condition, Domain, Range
from bench.model.domain_text import outside
from bench.model.load import Load, LoadType, parameter


@dataclass(frozen=True, kw_only=True)
class Own:
    rate_per_s: float = parameter(1.0, "/s", "how often", low=0)
    word: str = parameter("a", "", "how", choices=("a", "b", "c"))
    size_bytes: int = parameter(100, "B", "how much", low=1)


LOAD = LoadType(Own)
FEW = Condition("at most 100 in all", lambda load: load.own.rate_per_s * load.window.clients <= 100)
DOMAIN = Domain({"clients": Range(1, 50), "rate": Range(0.5, 20), "word": ("a", "b")}, where=(FEW,))


def load(**values: object) -> Load[Own]:
    return LOAD(**{"clients": 10, **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, []),
        ({"rate_per_s": 30.0, "clients": 1}, ["rate=30/s (they hold for 0.5/s to 20/s)"]),
        ({"word": "c"}, ["word=c (they hold for a or b)"]),
        ({"size_bytes": 200}, ["size=200B (they hold for 100B)"]),
        ({"rate_per_s": 20.0}, ["a condition is not met: at most 100 in all"]),
        (
            {"word": "c", "rate_per_s": 30.0},
            ["rate=30/s (they hold for 0.5/s to 20/s)", "word=c (they hold for a or b)"],
        ),
    ],
)
def test_each_part_outside_is_named(values: dict[str, object], words: list[str]) -> None:
    assert outside(DOMAIN, load(**values)) == words


@given(st.floats(0, 100), st.sampled_from("abc"), st.integers(1, 100), st.sampled_from([100, 101]))
def test_there_is_a_reason_exactly_where_the_load_lies_outside(
    rate: float, word: str, clients: int, size: int
) -> None:
    asked = load(rate_per_s=rate, word=word, clients=clients, size_bytes=size)
    assert bool(outside(DOMAIN, asked)) == (not DOMAIN.has(asked))
