"""An experiment's answer as a terminal shows it: tables that fit, and what must be known of them.

The same sentences and numbers as in the report; only the form is the terminal's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.analysis.evaluated import ExperimentResult
from bench.plan import load_words
from reports import arrivals, not_carried, opening, sentences, short_lines
from reports.answer import BEST, RANGE_UP_TO, AnswerTable, Row
from reports.fitted_table import Column, FittedTable
from reports.numbers import MISSING, amount, listed, sentence_case


def answer_lines(result: ExperimentResult) -> list[str]:
    """What the report opens with; where it has no words for that, its first sentence."""
    return opening.opening(result) or sentences.answer(result)[:1]


def load_lines(result: ExperimentResult) -> list[str]:
    """The loads that were measured, in the words in which they are said before a run."""
    theirs = {one.name: load_words.description_of(one) for one in result.patterns}
    loads: dict[str, list[Mapping[str, Any]]] = {}
    for group in result.groups:
        loads.setdefault(theirs.get(group.pattern, ""), []).append(group.load.values())
    said = [
        line
        for description, found in loads.items()
        for line in load_words.sentences(result.experiment, found, description)
    ]
    return list(dict.fromkeys(said))


def answer_table(table: AnswerTable) -> FittedTable:
    """A row for each measured pattern, its intervals beside its values where there is room.

    A metric that several patterns lack, or all have alike, is left out here, and so are the trials
    where all have as many.
    """
    rows = measured(table)
    worth = [at for at, _ in enumerate(table.metrics) if _is_worth_a_column(rows, at)]
    shown = [at for at in worth if not _is_between(table.metrics, worth, at)]
    columns = [Column("pattern", is_key=True), *(Column(table.names[at], True) for at in shown)]
    lines = [[_name(row), *(_cell(row, at, table.units[at]) for at in shown)] for row in rows]
    if not _same_trials([row for row in rows if row.kind == "compared"]):
        columns.append(Column("trials", is_number=True))
        lines = [[*line, row.trials] for line, row in zip(lines, rows, strict=True)]
    title = ", ".join(filter(None, (table.title, table.level)))
    return FittedTable(columns, lines, title, is_joined=True)


def measured(table: AnswerTable) -> list[Row]:
    return [row for row in table.rows if row.cells]


def _is_worth_a_column(rows: Sequence[Row], at: int) -> bool:
    """Whether all patterns but one have it, and not all the same."""
    texts = [row.cells[at].text for row in rows]
    holes = texts.count(MISSING)
    return holes < len(rows) and holes <= 1 and (len(set(texts)) > 1 or len(rows) == 1)


def _is_between(keys: Sequence[str], shown: Sequence[int], at: int) -> bool:
    """Whether it is a percentile below another one, beside whose mean it says little."""
    stem, mark, _ = keys[at].rpartition("_p")
    others = [keys[other] for other in shown if other > at]
    return bool(mark) and f"{stem}_mean" in keys and any(o.startswith(stem + mark) for o in others)


def _has(row: Row, at: int) -> bool:
    return row.cells[at].value != MISSING


def _name(row: Row) -> str:
    return f"{row.title} [{','.join(row.marks)}]" if row.marks else row.title


def _cell(row: Row, at: int, unit: str) -> str:
    cell = row.cells[at]
    if cell.value == MISSING:
        return MISSING
    best = f" {BEST}" if cell.best else ""
    below = f"\n{cell.short}" if cell.short else ""
    return f"{amount(cell.value, unit)}{best}{below}"


def _same_trials(rows: Sequence[Row]) -> bool:
    return len({row.trials for row in rows}) < 2


def left_out(result: ExperimentResult, tables: Sequence[AnswerTable]) -> str:
    """How many levels have no table here; nothing where all have one."""
    more = len(result.levels) - len(tables)
    if more <= 0:
        return ""
    return f"{len(tables)} of {len(result.levels)} levels are shown here; the report has all."


def caption(tables: Sequence[AnswerTable]) -> str:
    """What stands beside a value, and what a star means, where the tables have them."""
    rows = [row for table in tables for row in measured(table)]
    cells = [cell for row in rows for cell in row.cells]
    words = []
    if any(cell.interval for cell in cells):
        words.append(
            f"{_beside(rows)} A value without one is the same in all trials, or comes from one."
        )
    elif rows and {row.trials for row in rows} == {"1"}:
        words.append("A value from a single trial has no interval; add --repeats 3.")
    if any(cell.best for cell in cells):
        words.append(f"{BEST} marks a best value whose interval overlaps no other.")
    if floors := list(dict.fromkeys(row.title for row in rows if row.kind == "floor")):
        words.append(f"Not compared: {listed(floors)}.")
    return " ".join(words)


def _beside(rows: Sequence[Row]) -> str:
    compared = [row for row in rows if row.kind == "compared"] or rows
    if {row.trials for row in compared} == {str(RANGE_UP_TO)}:
        return "Beside each value: both trials' values."
    over = f"{compared[0].trials} trials" if _same_trials(compared) else "the trials"
    return f"Beside each value: its 95 % interval over {over}."


def findings(result: ExperimentResult, tables: Sequence[AnswerTable]) -> list[str]:
    """What must be known before a number is quoted, each kind once and in a line if it can be."""
    found = [f"{row.title}: {row.remark}." for table in tables for row in table.rows if row.remark]
    found += [
        short_lines.short(f"{sentence_case(one.message)}. Remedy: {one.remedy}.")
        for one in result.findings
        if one.severity != "note"
    ]
    found += [
        short_lines.short(f"[{mark}] {text}") for table in tables for mark, text in table.notes
    ]
    found.append(not_carried.short_note(result, {table.level for table in tables}))
    return list(dict.fromkeys(filter(None, [arrivals.completeness(result), *found])))
