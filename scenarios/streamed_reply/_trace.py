"""A trace of the pieces of a reply: when each was made, and how large it was.  Pure.

A CSV file with the columns `gap_s` (seconds since the piece before; the first: since the reply was
begun) and `size_bytes`, in any order, and one line for each piece.  Lines that begin with # are
comments.  Knows neither loads nor clocks.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.model.errors import UsageError

GAP, SIZE = "gap_s", "size_bytes"
COLUMNS = (GAP, SIZE)
MOST_PIECES = 100_000
MOST_PIECE_BYTES = 65_536
LONGEST_GAP_S = 3600.0


@dataclass(frozen=True)
class Piece:
    """One piece of a reply: how long after the one before it is made, and its size."""

    gap_s: float
    size_bytes: int


def read_trace(lines: Iterable[str], name: str) -> list[Piece]:
    """The pieces of a trace; UsageError in one line where something is wrong with it."""
    numbered = (
        (number, row)
        for number, row in enumerate(csv.reader(lines), start=1)
        if row and not row[0].lstrip().startswith("#")
    )
    first = next(numbered, None)
    if first is None:
        raise UsageError(f"{name}: the trace is empty; its first line is {','.join(COLUMNS)}")
    places = _places(first[1], name)
    pieces: list[Piece] = []
    for number, row in numbered:
        if len(pieces) >= MOST_PIECES:
            raise UsageError(f"{name}: a trace has at most {MOST_PIECES:,} pieces; shorten it")
        pieces.append(_piece(row, places, f"{name} line {number}"))
    if not pieces:
        raise UsageError(f"{name}: the trace has no pieces; write a line such as 0.02,5 for each")
    return pieces


def _places(header: Sequence[str], name: str) -> tuple[int, int]:
    """Where the columns are in each line."""
    names = [one.strip() for one in header]
    for column in COLUMNS:
        if column not in names:
            raise UsageError(
                f"{name}: no column {column} in its first line ({','.join(names)}); "
                f"write {','.join(COLUMNS)}"
            )
    return names.index(GAP), names.index(SIZE)


def _piece(row: Sequence[str], places: tuple[int, int], where: str) -> Piece:
    try:
        gap_s, size = float(row[places[0]]), int(row[places[1]])
    except (ValueError, IndexError):
        raise UsageError(
            f"{where}: {','.join(row)!r} is not `{','.join(COLUMNS)}`; write e.g. 0.02,5"
        ) from None
    if not (math.isfinite(gap_s) and 0 <= gap_s <= LONGEST_GAP_S):
        raise UsageError(
            f"{where}: {GAP}={gap_s:g}: must be from 0 to {LONGEST_GAP_S:g} seconds; "
            "write the time since the piece before"
        )
    if not 1 <= size <= MOST_PIECE_BYTES:
        raise UsageError(
            f"{where}: {SIZE}={size}: must be from 1 to {MOST_PIECE_BYTES}; correct this line"
        )
    return Piece(gap_s, size)
