"""A table that fits the terminal: at any width nothing is cut and no line is wider.

Text is wrapped between words; a number stays whole.  Columns that do not fit side by side
continue in a block below, where the key columns are repeated.  Knows texts, not their meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

GAP = 2
"""Blanks between two columns."""

BESIDE = "\N{NO-BREAK SPACE}"

LONGEST_WORD, LONGEST_KEY = 24, 40
"""A longer word (a path) may be broken; words of a key stay together up to LONGEST_WORD."""


@dataclass(frozen=True)
class Column:
    """A column's header and kind; key columns stand first, and in every block."""

    header: str
    is_number: bool = False
    is_key: bool = False


@dataclass(frozen=True)
class Place:
    """A column of one block: its index, and its width in characters."""

    index: int
    width: int


@dataclass(frozen=True)
class FittedTable:
    """Rows of text as Rich renders them; a line end in a cell begins its next line."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    title: str = ""
    has_rule: bool = True
    is_joined: bool = False
    """What stands below a value stands beside it where all columns fit side by side then."""

    is_short: bool = False
    """Only as many columns as fit side by side, the first ones: for a display that changes."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.title:
            yield Text(self.title, style="bold", no_wrap=False, overflow="fold")
        between, rows = "\n", self.rows
        if self.is_joined:
            joined = [[cell.replace("\n", BESIDE) for cell in row] for row in rows]
            if len(layout(self.columns, joined, options.max_width)) == 1:
                between, rows = BESIDE, joined
        blocks = layout(self.columns, rows, options.max_width, self.is_short)
        for number, places in enumerate(blocks):
            if number:
                yield Text("")
            yield self._block(places, between)

    def _block(self, places: Sequence[Place], between: str) -> Table:
        table = Table(
            box=box.SIMPLE_HEAD if self.has_rule else None,
            show_header=any(column.header for column in self.columns),
            show_edge=False,
            pad_edge=False,
            padding=(0, GAP - self.has_rule, 0, 0),
        )
        for place in places:
            column = self.columns[place.index]
            table.add_column(
                column.header,
                width=place.width,
                justify="right" if column.is_number else "left",
                overflow="fold",
            )
        for row in self.rows:
            table.add_row(*[_text(row[place.index], between) for place in places])
        return table


def fitted(
    headers: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", numbers: int = 0
) -> FittedTable:
    """A table whose first column is its key and whose last `numbers` columns are numbers."""
    first = len(headers) - numbers
    columns = [Column(text, at >= first, at == 0) for at, text in enumerate(headers)]
    return FittedTable(columns, rows, title)


def _text(cell: str, between: str) -> Text:
    """What stands below a value, or beside it, is dimmed."""
    first, line_end, rest = cell.partition("\n")
    return Text(first) + Text((between if line_end else "") + rest, "dim")


def layout(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], total: int, is_short: bool = False
) -> list[list[Place]]:
    """The blocks, each at most `total` characters wide where the columns' words allow it.

    Short: one block of the first columns that fit.
    """
    least = [_least(column, _cells(rows, at)) for at, column in enumerate(columns)]
    wanted = [
        max(least[at], _longest([column.header, *_cells(rows, at)]))
        for at, column in enumerate(columns)
    ]
    keys = [at for at, column in enumerate(columns) if column.is_key]
    others = [at for at, column in enumerate(columns) if not column.is_key]
    if is_short:
        while len(others) > 1 and _needed([*keys, *others], least) > total:
            others.pop()
        return [_widened([*keys, *others], least, wanted, total)]
    return [
        _widened([*keys, *block], least, wanted, total)
        for block in _blocks(keys, others, least, total)
    ]


def _cells(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    return [line for row in rows for line in row[at].split("\n")]


def _longest(texts: Sequence[str]) -> int:
    return max((cell_len(text) for text in texts), default=0)


def _least(column: Column, lines: Sequence[str]) -> int:
    """The width below which a word, or a number, would be broken."""
    header = column.header.split()
    if column.is_number:
        return max(1, _longest([*header, *lines]))
    word = _longest([*header, *(word for line in lines for word in line.split())])
    if column.is_key:
        return max(1, min(LONGEST_KEY, word), min(LONGEST_WORD, _longest(lines)))
    return max(1, min(LONGEST_WORD, word))


def _blocks(
    keys: Sequence[int], others: Sequence[int], least: Sequence[int], total: int
) -> list[list[int]]:
    """As few blocks as there can be, of about as many columns each."""
    for count in range(1, len(others) + 1):
        size = -(-len(others) // count)
        blocks = [list(others[at : at + size]) for at in range(0, len(others), size)]
        if all(_needed([*keys, *block], least) <= total for block in blocks):
            return blocks
    return [[one] for one in others] or [[]]


def _needed(block: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[at] for at in block) + GAP * (len(block) - 1)


def _widened(
    block: Sequence[int], least: Sequence[int], wanted: Sequence[int], total: int
) -> list[Place]:
    """What is left of a line goes to the columns that wrap, the longest texts first."""
    widths = {at: least[at] for at in block}
    spare = total - _needed(block, least)
    while spare < 0 and max(widths.values()) > 1:  # narrower than any table: words are broken
        widest = max(widths, key=lambda at: widths[at])
        widths[widest] -= 1
        spare += 1
    for at in _turns(block, widths, wanted):
        if spare <= 0:
            break
        widths[at] += 1
        spare -= 1
    return [Place(at, widths[at]) for at in block]


def _turns(block: Sequence[int], widths: dict[int, int], wanted: Sequence[int]) -> Iterator[int]:
    """Whose turn it is to grow by one: who is furthest from what it wants, as a share."""
    while growing := [at for at in block if widths[at] < wanted[at]]:
        yield max(growing, key=lambda at: wanted[at] / widths[at])
