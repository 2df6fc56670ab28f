"""What a page shows at once and what on demand; the findings by kind; percentiles not shown."""

from __future__ import annotations

import dataclasses

import pytest

from bench.analysis.evaluated import Evaluated, ExperimentResult
from reports import answer, findings_table, folding, not_carried
from reports.present import Column, Line, Table

COLUMNS = (Column("level", "level", is_number=False), Column("n", "n"), Column("m", "m"))
WHOLE = Table(COLUMNS, tuple(Line((f"a={n}", str(n), "-" if n else "7")) for n in range(4)))


@pytest.mark.parametrize(
    ("shown", "first", "rest"),
    [
        ({"a=0"}, 1, "The other 3 levels"),
        ({"a=0", "a=1", "a=2"}, 3, "The other level"),
        (set(), 0, "All 4 levels"),
        ({"a=0", "a=1", "a=2", "a=3"}, 4, ""),
    ],
)
def test_levels_that_stand_for_all_come_first(shown: set[str], first: int, rest: str) -> None:
    found = folding.by_level(WHOLE, shown)
    assert (len(found.shown.lines), found.rest) == (first, rest)
    assert len(found.shown.lines) + len(found.hidden.lines) == len(WHOLE.lines)


def test_a_column_that_is_empty_in_its_part_is_left_out() -> None:
    found = folding.by_level(WHOLE, {"a=0"})
    assert found.shown.headers == ["level", "n", "m"]
    assert found.hidden.headers == ["level", "n"]


def test_a_metric_that_no_pattern_has_is_in_no_answer(result: ExperimentResult) -> None:
    (table,) = answer.tables_of(result)
    at = table.metrics.index("latency_p90")
    rows = tuple(
        dataclasses.replace(
            row,
            cells=(*row.cells[:at], answer.Cell("-"), *row.cells[at + 1 :]) if row.cells else (),
        )
        for row in table.rows
    )
    (found,) = answer.without_empty([dataclasses.replace(table, rows=rows)])
    assert "latency_p90" not in found.metrics
    assert len(found.metrics) == len(found.titles) == len(found.units) == len(table.metrics) - 1
    assert {len(row.cells) for row in found.rows} == {0, len(found.metrics)}
    assert answer.without_empty([table]) == [table]


def test_without_levels_all_is_shown() -> None:
    flat = Table(COLUMNS[1:], (Line(("1", "2")),))
    found = folding.by_level(flat, set())
    assert (found.shown, found.hidden.lines) == (flat, ())
    assert not folding.is_grouped(flat)
    assert folding.is_grouped(WHOLE)


def test_a_long_table_is_folded_whole() -> None:
    lines = tuple(Line(("a", "1", "2")) for _ in range(folding.MOST_LINES + 1))
    found = folding.by_length(Table(COLUMNS, lines), "values")
    assert (found.shown.lines, found.rest) == ((), f"All {len(lines)} values")
    assert folding.by_length(Table(COLUMNS, lines[1:]), "values").rest == ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [("1.2 ms (1.1 to 1.3)", ("1.2 ms", "1.1 to 1.3")), ("12", ("12", "")), ("a (b", ("a (b", ""))],
)
def test_an_interval_stands_below_its_value(text: str, parts: tuple[str, str]) -> None:
    assert folding.parted(text) == parts


def test_each_kind_of_finding_is_one_line(result: ExperimentResult) -> None:
    kinds, each = findings_table.kinds(result), findings_table.each(result)
    names = [(line.cells[0], line.cells[1]) for line in kinds.lines]
    assert len(set(names)) == len(names)
    assert set(names) == {(line.cells[0], line.cells[1]) for line in each.lines}
    times = kinds.headers.index("times"), each.headers.index("times")
    sums = [
        sum(int(line.cells[at]) for line in table.lines)
        for table, at in zip((kinds, each), times, strict=True)
    ]
    assert sums[0] == sums[1]


def test_what_a_percentile_lacks_is_said_once_for_all_levels(swept: Evaluated) -> None:
    result = swept.experiments[0]
    found = not_carried.notes(result, {level.text for level in result.levels})
    metrics = [text.partition(" is not shown")[0] for _, text in found]
    assert metrics
    assert all(" at most " in text for _, text in found)
    assert not_carried.notes(result, set()) == []
