"""Independent observations: which rows are one, whatever the size of their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model import samples
from bench.model.unit import BY_OUTCOME, Unit, distinct

NAMES = ("client", "sequence", "done_ns")
HUGE = st.sampled_from([0, 1, 2, 2**31 - 1, 2**62])
ENTRY = st.tuples(st.integers(0, 3) | st.just(2**32 - 1), HUGE | st.integers(0, 9), HUGE)


def rows(entries: list[tuple[int, int, int]]) -> np.ndarray:
    found = np.zeros(len(entries), samples.DTYPE)
    for name, values in zip(NAMES, zip(*entries, strict=True), strict=False):
        found[name] = values
    return found


@given(
    st.lists(ENTRY, max_size=30),
    st.lists(st.sampled_from(NAMES), unique=True),
    st.integers(1, 4),
)
def test_rows_are_one_unit_where_all_columns_agree(
    entries: list[tuple[int, int, int]], columns: list[str], successive: int
) -> None:
    found = Unit(tuple(columns), successive=successive).of(rows(entries))

    def key(entry: tuple[int, int, int]) -> Any:
        values = dict(zip(NAMES, entry, strict=True))
        values["sequence"] //= successive
        return tuple(values[name] for name in columns)

    for a, first in zip(found, entries, strict=True):
        for b, second in zip(found, entries, strict=True):
            assert (a == b) == (key(first) == key(second))
    assert distinct(found) == len({key(entry) for entry in entries})


@pytest.mark.parametrize(
    ("unit", "count"),
    [
        (BY_OUTCOME, 6),
        (Unit(("sequence",)), 3),
        (Unit(("client", "done_ns")), 2),
        (Unit(successive=2), 4),
        (Unit(("client",)), 2),
    ],
)
def test_what_counts(unit: Unit, count: int) -> None:
    """Two clients get events 1, 2 and 3, each client all of them in one reply."""
    entries = [(client, sequence, 10 * client) for client in (0, 1) for sequence in (1, 2, 3)]
    assert distinct(unit.of(rows(entries))) == count
