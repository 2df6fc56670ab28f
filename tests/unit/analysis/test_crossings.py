"""The nearest value of a parameter at which another pattern is the first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.crossings import Way, nearest


def way(now: float, *, is_whole: bool = False) -> Way:
    return Way("rate", now, is_whole, 8)


def at(*ends: float) -> object:
    """`a` first, then `b` from the first end on, then `c` from the second on."""

    def first_at(value: float) -> str | None:
        return "abc"[sum(value >= end for end in ends)]

    return first_at


@given(st.floats(0.01, 100), st.floats(0.02, 0.95) | st.floats(1.05, 500))
def test_it_is_found_wherever_it_lies(now: float, factor: float) -> None:
    """Against the place at which it was put, in either direction."""
    place = now * factor
    first = "a" if factor > 1 else "b"
    found = nearest(way(now), first, at(place))  # type: ignore[arg-type]
    assert found is not None
    assert found.value == pytest.approx(place, rel=0.001)
    assert (found.pattern, found.now) == ("b" if factor > 1 else "a", now)


def test_of_two_the_nearer_one_counts() -> None:
    found = nearest(way(10), "b", at(2, 15))  # type: ignore[arg-type]
    assert found is not None
    assert (found.pattern, round(found.value)) == ("c", 15)


def test_there_is_none_where_nothing_changes() -> None:
    assert nearest(way(10), "a", lambda _: "a") is None


def test_none_is_looked_for_beyond_what_is_known() -> None:
    def first_at(value: float) -> str | None:
        return None if value > 20 else "a" if value < 1000 else "b"

    assert nearest(way(10), "a", first_at) is None


@given(st.integers(1, 200), st.integers(2, 400))
def test_whole_numbers_stay_whole(now: int, place: int) -> None:
    first = "a" if now < place else "b"
    found = nearest(way(now, is_whole=True), first, at(place))  # type: ignore[arg-type]
    if found is not None:
        assert found.value == int(found.value)
        assert abs(found.value - place) <= 1
