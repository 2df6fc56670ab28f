"""What the tool reaches beside what it aims at, as a table: on this code, and on older code.

Takes numbers; must not know how they were measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.model.units import significant
from reports.fitted_table import FittedTable, fitted


@dataclass(frozen=True)
class Figure:
    """A figure with its aim, in the same unit; None where it was not measured.

    `is_most`: the aim is an upper bound, else a lower one.  `before` is what older code reached.
    """

    name: str
    value: float | None
    aim: float
    unit: str = ""
    is_most: bool = True
    before: float | None = None

    @property
    def is_reached(self) -> bool | None:
        """None where it was not measured."""
        if self.value is None:
            return None
        return self.value <= self.aim if self.is_most else self.value >= self.aim


def table_of(figures: Sequence[Figure], commit: str | None) -> FittedTable:
    """One row for each figure; a column for the older commit where one took part."""
    headers = ["figure", "now", *([f"at {commit}"] if commit else []), "aim", "reached"]
    rows = [
        [
            one.name,
            _text(one.value, one.unit),
            *([_text(one.before, one.unit)] if commit else []),
            f"{'<=' if one.is_most else '>='} {one.aim:.3g}{_unit(one.unit)}",
            {True: "yes", False: "no", None: "-"}[one.is_reached],
        ]
        for one in figures
    ]
    return fitted(headers, rows, "figures beside their aims", numbers=len(headers) - 1)


def _text(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{significant(value)}{_unit(unit)}"


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
