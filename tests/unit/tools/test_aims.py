"""Figures beside their aims: what is reached, what is missed, what was not measured."""

from __future__ import annotations

import pytest

from bench.tools.aims import Figure, table_of


@pytest.mark.parametrize(
    ("figure", "reached"),
    [
        (Figure("cost", 7.0, 8.0), True),
        (Figure("cost", 8.0, 8.0), True),
        (Figure("cost", 8.1, 8.0), False),
        (Figure("rate", 0.74, 0.75, is_most=False), False),
        (Figure("rate", 0.86, 0.75, is_most=False), True),
        (Figure("cost", None, 8.0), None),
    ],
)
def test_reached(figure: Figure, reached: bool | None) -> None:
    assert figure.is_reached is reached


def test_the_table() -> None:
    figures = [
        Figure("cost", 7.0, 8.0, "us", before=12.34),
        Figure("rate", None, 0.75, is_most=False),
    ]
    table = table_of(figures, "abc1234")
    assert [column.header for column in table.columns][2] == "at abc1234"
    assert table.rows == [
        ["cost", "7.00 us", "12.3 us", "<= 8 us", "yes"],
        ["rate", "not measured", "not measured", ">= 0.75", "-"],
    ]
    assert [row[:3] for row in table_of(figures, None).rows] == [
        ["cost", "7.00 us", "<= 8 us"],
        ["rate", "not measured", ">= 0.75"],
    ]
