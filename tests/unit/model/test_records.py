"""Rows of meters: parts of one role at one instant are one reading of the role."""

from __future__ import annotations

from bench.model.readings import Reading
from bench.model.records import MeterRow, by_role


def row(role: str, part: str, time_ns: int, amount: int, mark: str = "") -> MeterRow:
    return MeterRow(role, mark, Reading(time_ns, amount, 10 * amount, 100 * amount), part)


def test_parts_of_a_role_are_summed_instant_by_instant() -> None:
    rows = [
        row("server", "server", 5, 1, "t0"),
        row("worker", "worker.0", 6, 2, "t0"),
        row("worker", "worker.1", 6, 3, "t0"),
        row("worker", "worker.0", 7, 4),
        row("worker", "worker.1", 7, 5),
    ]
    assert by_role(rows) == [
        row("server", "", 5, 1, "t0"),
        row("worker", "", 6, 5, "t0"),
        row("worker", "", 7, 9),
    ]


def test_rows_of_before_there_were_parts_stay_as_they_are() -> None:
    rows = [row("server", "", 5, 1), row("broker", "", 5, 2), row("server", "", 6, 1)]
    assert by_role(rows) == rows
