"""The answer table: patterns by headline metrics, with intervals, marks and footnotes.

Plain data that a page, a text file or a terminal can show.  A value is marked
best only where the intervals of all others stay clear of it; floors are never
compared; what could not be measured has a row that says why.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group, Level
from bench.model.pattern import Pattern
from bench.stats.estimates import Estimate
from reports import numbers
from reports.ranking import clear_winner
from reports.sweeps import is_grid, key_levels

Kind = Literal["compared", "floor", "missing"]
BEST = "★"
DASH = "\N{EN DASH}"
RANGE_UP_TO = 2
"""So few trials have no interval worth the name."""

PERCENTILES = ("999", "99", "90", "50")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Cell:
    """One value as text."""

    value: str
    interval: str = ""
    best: bool = False
    short: str = ""
    """The interval as a terminal shows it."""

    @property
    def text(self) -> str:
        words = [self.value, f"({self.interval})" if self.interval else "", BEST * self.best]
        return " ".join(word for word in words if word)


@dataclass(frozen=True)
class Row:
    """One pattern; `remark` stands in place of the cells of what was not measured."""

    pattern: str
    title: str
    kind: Kind
    cells: tuple[Cell, ...] = ()
    marks: tuple[str, ...] = ()
    trials: str = ""
    remark: str = ""


@dataclass
class Notes:
    """Footnotes of an experiment's tables: what is the same gets the same letter.

    The first text stands for all of its kind; the findings list every one.
    """

    texts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def mark(self, kind: str, text: str) -> str:
        if kind not in self.texts:
            turn, place = divmod(len(self.texts), len(LETTERS))
            self.texts[kind] = LETTERS[place] * (turn + 1), text
        return self.texts[kind][0]

    def of(self, rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
        """Mark and text of the notes that these rows carry."""
        used = {mark for row in rows for mark in row.marks}
        return tuple((mark, text) for mark, text in self.texts.values() if mark in used)


@dataclass(frozen=True)
class AnswerTable:
    """The answer at one level of one experiment."""

    experiment: str
    title: str
    level: str
    metrics: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[tuple[str, str], ...]
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    """Of the metrics: `titles` has both in one."""

    @property
    def headers(self) -> list[str]:
        return ["pattern", *self.titles, "trials"]

    def plain(self) -> list[list[str]]:
        """The rows as text, as wide as the headers."""
        lines = []
        for row in self.rows:
            name = f"not compared: {row.title}" if row.kind == "floor" else row.title
            name += f" [{','.join(row.marks)}]" if row.marks else ""
            cells = [cell.text for cell in row.cells] or [row.remark]
            cells += [""] * (len(self.metrics) - len(cells))
            lines.append([name, *cells, row.trials])
        return lines


def answer_tables(evaluated: Evaluated) -> list[AnswerTable]:
    """The answer tables of a run, one for each experiment and level, in order.

    Where levels are of many kinds: only those that stand for all.
    """
    found = []
    for result in evaluated.experiments:
        shown = {level.text for level in key_levels(result)}
        tables = tables_of(result)
        found += tables if is_grid(result) else [one for one in tables if one.level in shown]
    return found


def tables_of(result: ExperimentResult) -> list[AnswerTable]:
    """One table per level; the letters of the footnotes are the same in all.

    Levels that stand for all give the examples, so that these are of what is seen first.
    """
    notes = Notes()
    levels = result.levels or (Level((), ""),)
    first = [level for level in levels if level in key_levels(result)]
    order = [*first, *(level for level in levels if level not in first)]
    tables = {level: _table(result, level, notes) for level in order}
    return [tables[level] for level in levels]


def without_empty(tables: Sequence[AnswerTable]) -> list[AnswerTable]:
    """The tables of an experiment without the metrics that no row of any of them has."""
    rows = [row for table in tables for row in table.rows if row.cells]
    kept = [
        at
        for at in range(len(tables[0].metrics) if tables else 0)
        if not rows or any(row.cells[at].value != numbers.MISSING for row in rows)
    ]
    return [with_columns(table, kept) for table in tables]


def with_columns(table: AnswerTable, places: Sequence[int]) -> AnswerTable:
    """The table with these columns, in this order."""
    return replace(
        table,
        metrics=tuple(table.metrics[at] for at in places),
        titles=tuple(table.titles[at] for at in places),
        names=tuple(table.names[at] for at in places),
        units=tuple(table.units[at] for at in places),
        rows=tuple(
            replace(row, cells=tuple(row.cells[at] for at in places)) if row.cells else row
            for row in table.rows
        ),
    )


def _table(result: ExperimentResult, level: Level, notes: Notes) -> AnswerTable:
    keys = shown_keys(result)
    best = {key: clear_winner(result, level, key) for key in keys}
    rows = [
        _row(result, level, pattern, best, notes)
        for pattern in result.patterns
        if result.is_asked(pattern.name, level)
    ]
    order: tuple[Kind, ...] = ("compared", "missing", "floor")
    rows.sort(key=lambda row: order.index(row.kind))
    metrics = [result.metric(key) for key in keys]
    return AnswerTable(
        result.name,
        result.experiment.title,
        level.text,
        keys,
        tuple(numbers.title(metric) for metric in metrics),
        tuple(rows),
        notes.of(rows),
        tuple(metric.title for metric in metrics),
        tuple(metric.unit for metric in metrics),
    )


def _row(
    result: ExperimentResult,
    level: Level,
    pattern: Pattern,
    best: dict[str, str | None],
    notes: Notes,
) -> Row:
    group = result.group(pattern.name, level)
    if group is None or not group.used:
        reason = result.not_measured.get(pattern.name) or unused_reason(group)
        return Row(pattern.name, pattern.title, "missing", remark=f"not measured: {reason}")
    cells = []
    for key, winner in best.items():
        estimate = group.estimates[key]
        is_best = winner == pattern.name and not math.isnan(estimate.value)
        cells.append(_cell(group, key, estimate, is_best))
    used, all_trials = len(group.used), len(group.trials)
    return Row(
        pattern.name,
        pattern.title,
        "compared" if pattern.compared else "floor",
        tuple(cells),
        tuple(sorted({notes.mark(kind, text) for kind, text in doubts(pattern, group)})),
        f"{used}" if used == all_trials else f"{used} of {all_trials}",
    )


def _cell(group: Group, key: str, estimate: Estimate, is_best: bool) -> Cell:
    """A value with its interval; of two trials with both their values, which are none."""
    between = DASH if estimate.low >= 0 else " to "
    value = numbers.number(estimate.value)
    if len(group.used) == RANGE_UP_TO and estimate.has_interval:
        seen = sorted(one.value(key) for one in group.used)
        ends = list(dict.fromkeys(numbers.number(end) for end in seen))
        words = between.join(ends) if len(ends) > 1 else ""
        return Cell(value, words, short=words)
    words = numbers.interval(estimate, between)
    shown = "" if words == numbers.SAME else words
    return Cell(value, shown, is_best, numbers.short_interval(estimate, between))


def shown_keys(result: ExperimentResult) -> tuple[str, ...]:
    """The headline's metrics as columns without holes.

    A percentile that more than one row lacks gives its place to the highest below it that all
    have; what most patterns lack has no column.
    """
    groups = [group for group in result.groups if group.used]
    keys: dict[str, None] = {}
    headline = result.experiment.headline
    for key in headline:
        holes = sum(math.isnan(_value(group, key)) for group in groups)
        if _is_percentile(result, key):
            chosen = _carried(key, headline, groups)
        else:
            chosen = key if 2 * holes <= len(groups) or holes == len(groups) else ""
        keys |= {chosen: None} if chosen else {}
    return tuple(keys)


def _is_percentile(result: ExperimentResult, key: str) -> bool:
    return result.metric(key).quantile is not None


def _carried(key: str, headline: Sequence[str], groups: Sequence[Group]) -> str:
    """The percentile, or a lower one of the same kind; "" where none has few enough holes."""
    stem, mark, _ = key.rpartition("_p")
    lower = [f"{stem}{mark}{level}" for level in PERCENTILES if mark]
    tried = [key, *lower[lower.index(key) + 1 :]] if key in lower else [key]
    for one in tried:
        if one != key and one in headline:
            return ""  # it has a column of its own
        holes = sum(math.isnan(_value(group, one)) for group in groups)
        if holes == 0 or (one == key and holes == 1 < len(groups)):
            return one
    return ""


def _value(group: Group, key: str) -> float:
    return group.estimates[key].value if key in group.estimates else math.nan


def unused_reason(group: Group | None) -> str:
    """Why a group has no usable trial."""
    if group is None:
        return "none of its trials was run; `bench resume` runs them"
    reasons = Counter(f"{result.verdict}: {result.reason}" for result in group.trials)
    most, _ = reasons.most_common(1)[0]
    count = len(group.trials)
    trials = "its only trial cannot" if count == 1 else f"none of its {count} trials can"
    return f"{trials} be used ({most})"


def doubts(pattern: Pattern, group: Group) -> list[tuple[str, str]]:
    """Kind and text of what casts doubt on a group's numbers, and of what is left out of them."""
    who = f"{pattern.title} at {group.level.text}" if group.level.text else pattern.title
    found = [
        (finding.code, f"Doubtful ({who}): {finding.message}. Remedy: {finding.remedy}.")
        for result in group.used
        for finding in result.findings
        if finding.severity == "doubt"
    ]
    for result in group.trials:
        if result.verdict != "used":
            text = f"Some trials are excluded from the numbers: {result.verdict}, {result.reason}."
            found.append((f"{result.verdict}: {result.reason}", text))
    return found
