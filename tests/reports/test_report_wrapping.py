"""Lines of a load's settings end behind a sign, not in the middle of a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.wrapping import wrapped


@pytest.mark.parametrize(
    ("text", "signs", "lines"),
    [
        ("NATS JetStream", 20, ["NATS JetStream"]),
        ("NATS JetStream", 9, ["NATS", "JetStream"]),
        (
            "NATS, fault=consumer:restart@300ms,every=1s,times=4",
            24,
            ["NATS, fault=consumer:", "restart@300ms,every=1s,", "times=4"],
        ),
        ("a-b-c-d", 4, ["a-b-", "c-d"]),
    ],
)
def test_lines_end_behind_signs(text: str, signs: int, lines: list[str]) -> None:
    assert wrapped(text, signs) == lines


def test_what_has_no_room_is_said_by_dots() -> None:
    assert wrapped("one two three four", 9, 1) == ["one [...]"]


@given(st.text("ab,:; ", max_size=60), st.integers(3, 30))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, signs: int) -> None:
    lines = wrapped(text, signs)
    assert all(len(line) <= signs for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
