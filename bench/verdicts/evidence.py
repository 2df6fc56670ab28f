"""Evidence: what a run's trials measured, found by pattern and load.  Pure.

A claim's rule reads the metrics of single trials.  A law gets the facts of one trial, never
the metric that it is held against.  Knows no experiment, no rule and no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.model.load import Load, Parameter
from bench.model.metric import Counts
from bench.model.units import show


@dataclass(frozen=True)
class Cell:
    """The usable trials of one pattern under one load: metric values by repeat.

    `load` holds every parameter by public name, in base units; `counts` is what metrics
    counted, by repeat, where they say so.
    """

    pattern: str
    load: Mapping[str, Any]
    trials: Mapping[int, Mapping[str, float]]
    typed_load: Load[Any] | None = None
    counts: Mapping[int, Mapping[str, Counts]] = field(default_factory=dict)

    @property
    def repeats(self) -> list[int]:
        return sorted(self.trials)

    def value(self, metric: str, repeat: int) -> float:
        return self.trials.get(repeat, {}).get(metric, math.nan)

    def counted(self, metric: str, repeat: int) -> Counts | None:
        return self.counts.get(repeat, {}).get(metric)

    def facts(self, repeat: int, without: str = "") -> dict[str, float]:
        """What one trial measured, but for the metric that is to be predicted."""
        return {
            key: value
            for key, value in self.trials.get(repeat, {}).items()
            if key != without and not math.isnan(value)
        }

    def parameter(self, name: str) -> Parameter | None:
        """What is known of a load parameter."""
        return self.typed_load.parameters.get(name) if self.typed_load else None

    def unit(self, name: str) -> str:
        found = self.parameter(name)
        return found.unit if found else ""

    def is_unusual(self, name: str) -> bool:
        found = self.parameter(name)
        return found is not None and self.load[name] != found.default

    def at(self, names: Sequence[str]) -> str:
        """The named load parameters in words: `rtt=50ms clients=10`."""
        return " ".join(f"{name}={show(self.load[name], self.unit(name))}" for name in names)


@dataclass(frozen=True)
class Evidence:
    """All cells of a run.  `normal` are the values that hold where a rule names none.

    `history` is what was counted in other runs of the machine before this one, by name.
    """

    cells: Sequence[Cell]
    normal: Mapping[str, Any]
    history: Mapping[str, Counts] = field(default_factory=dict)

    def find(self, pattern: str, where: Mapping[str, Any]) -> list[Cell]:
        """The cells of a pattern whose load is as wanted; a callable value is a condition."""
        wanted = {**self.normal, **where}
        return [
            cell
            for cell in self.cells
            if cell.pattern == pattern and all(_holds(cell.load, *item) for item in wanted.items())
        ]


def _holds(load: Mapping[str, Any], name: str, wanted: Any) -> bool:
    if name not in load:
        return False
    return bool(wanted(load[name])) if callable(wanted) else bool(load[name] == wanted)


def where_words(where: Mapping[str, Any]) -> str:
    """The fixed values that a rule asks for, in brackets; conditions have no words."""
    words = [f"{name}={value}" for name, value in where.items() if not callable(value)]
    return f" ({' '.join(words)})" if words else ""


def varying(cells: Sequence[Cell]) -> list[str]:
    """The load parameters in which cells differ."""
    names = cells[0].load if cells else {}
    return [name for name in names if any(c.load.get(name) != cells[0].load[name] for c in cells)]


def distinguishing(cells: Sequence[Cell], where: Mapping[str, Any] | None = None) -> list[str]:
    """The load parameters that say where a cell lies.

    Those of `where` that are not at their default, and as many of those in which
    cells differ as it takes to tell them apart.
    """
    asked = {name for name in where or {} if cells and cells[0].is_unusual(name)}
    names = [name for name in varying(cells) if name not in asked]
    for name in ["duration", *names[::-1]]:
        rest = [*asked, *(other for other in names if other != name)]
        if name in names and len({cell.at(rest) for cell in cells}) == len(cells):
            names.remove(name)
    return [name for name in (cells[0].load if cells else {}) if name in {*asked, *names}]


def families_of(cells: Sequence[Cell], over: str) -> list[list[Cell]]:
    """Cells that differ in the swept parameter only, in its order.

    A link's value that is the same both ways is one parameter, though it has two names.
    """
    found: list[tuple[dict[str, Any], list[Cell]]] = []
    for cell in sorted(cells, key=lambda one: float(one.load[over])):
        swept = {over} | (
            {f"{over}_up"} if cell.load.get(f"{over}_up") == cell.load[over] else set()
        )
        rest = {name: value for name, value in cell.load.items() if name not in swept}
        family = next((family for known, family in found if known == rest), None)
        if family is None:
            found.append((rest, [cell]))
        else:
            family.append(cell)
    return [family for _, family in found]


def family_at(
    families: Sequence[Sequence[Cell]], cells: Sequence[Cell], where: Mapping[str, Any]
) -> str:
    """Where a family lies, in what distinguishes it from the others that are long enough."""
    over = varying(cells)
    firsts = [cells[0], *(f[0] for f in families if len(f) > 1 and f is not cells)]
    return cells[0].at([name for name in distinguishing(firsts, where) if name not in over])


def predicted(law: Callable[..., float], *facts: Any) -> float:
    """A law's value, NaN where what it needs was not measured."""
    try:
        return float(law(*facts))
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return math.nan
