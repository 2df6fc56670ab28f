"""Which lines of a table a page shows at once, and which on demand.  Pure.

A run made for claims has fifty levels: their lines would bury what stands below them.  Knows
tables of text, not what they say, and no markup.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from reports.present import Line, Table, without_empty

LEVEL = "level"
MOST_LINES = 16
"""A longer table without levels that stand for all is shown on demand only."""


@dataclass(frozen=True)
class Folded:
    """A table in two parts; `rest` is what the hidden lines are called."""

    shown: Table
    hidden: Table
    rest: str = ""


def by_level(whole: Table, shown: Collection[str]) -> Folded:
    """The lines of these levels, and those of the others; all where nothing is swept."""
    at = place_of_level(whole)
    if at is None:
        return Folded(whole, _with(whole, []))
    first = [line for line in whole.lines if line.cells[at] in shown]
    others = [line for line in whole.lines if line.cells[at] not in shown]
    count = len({line.cells[at] for line in others})
    return Folded(_with(whole, first), _with(whole, others), _levels(count, bool(first)))


def by_length(whole: Table, noun: str) -> Folded:
    """All lines at once where they are few; `noun` is their plural."""
    if len(whole.lines) <= MOST_LINES:
        return Folded(whole, _with(whole, []))
    return Folded(_with(whole, []), whole, f"All {len(whole.lines):,} {noun}")


def place_of_level(whole: Table) -> int | None:
    keys = [column.key for column in whole.columns]
    return keys.index(LEVEL) if LEVEL in keys else None


def is_grouped(whole: Table) -> bool:
    """Whether lines of one level stand below one another, so that a heading can name it once."""
    return place_of_level(whole) == 0


def parted(text: str) -> tuple[str, str]:
    """A number's text and its interval: "1.2 ms (1.1 to 1.3)" is two lines of a cell."""
    value, bracket, within = text.partition(" (")
    return (value, within[:-1]) if bracket and within.endswith(")") else (text, "")


def _with(whole: Table, lines: list[Line]) -> Table:
    return without_empty(Table(whole.columns, tuple(lines)))


def _levels(count: int, has_more: bool) -> str:
    if not count:
        return ""
    if count == 1:
        return "The other level" if has_more else "The level"
    return f"The other {count:,} levels" if has_more else f"All {count:,} levels"
