"""An event's bytes: what the backend writes is what a client reads, in the size asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.payload import LEAST_BYTES, SEPARATOR, decode, encode

numbers = st.tuples(
    st.integers(0, 10**10 - 1), st.integers(0, 10**18 - 1), st.integers(0, 10**18 - 1)
)


@given(numbers, st.integers(LEAST_BYTES, 5000))
def test_what_is_encoded_is_decoded_in_the_size_asked_for(
    event: tuple[int, int, int], size: int
) -> None:
    payload = encode(*event, size)
    assert decode(payload) == event
    assert len(payload) == size
    assert SEPARATOR not in payload
    assert not set(payload) & set(b"\r\n\0"), "every transport carries it as it is"


@given(st.lists(st.tuples(numbers, st.integers(LEAST_BYTES, 200)), min_size=1, max_size=5))
def test_a_reply_of_several_events_comes_apart_again(
    entries: list[tuple[tuple[int, int, int], int]],
) -> None:
    body = SEPARATOR.join(encode(*event, size) for event, size in entries)
    assert [decode(part) for part in body.split(SEPARATOR)] == [event for event, _ in entries]


@given(st.lists(numbers, min_size=1, max_size=2), st.lists(st.integers(0, 1), max_size=6))
def test_an_event_like_the_last_one_is_told_from_others(
    entries: list[tuple[int, int, int]], order: list[int]
) -> None:
    told = [entries[one % len(entries)] for one in order]
    assert [decode(encode(*event, 48)) for event in told] == told


@pytest.mark.parametrize(
    "data", [b"", b"0 0 0", b"1 2", b"1 2 3", b"a b c d", b"<html>503</html> x y z"]
)
def test_what_is_no_event_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - int() and unpacking say it in their own words
        decode(data)
