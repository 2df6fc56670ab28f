"""Short ways to make evidence by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from bench.analysis.evaluated import public_load
from bench.model.load import LoadType
from bench.model.metric import Counts
from bench.verdicts.evidence import Cell, Evidence
from scenarios.notifications.load import LOAD


def around(value: float, spread: float = 0.01, count: int = 6) -> list[float]:
    """Values of trials evenly about one, the outer ones off by the share `spread`."""
    steps = [2 * place / max(1, count - 1) - 1 for place in range(count)]
    return [value * (1 + spread * step) for step in steps]


def cell(
    pattern: str,
    values: Mapping[str, Sequence[float]],
    kind: LoadType[Any] = LOAD,
    counts: Mapping[str, Sequence[Counts]] | None = None,
    **load: Any,
) -> Cell:
    """A pattern's trials: the values of each metric by repeat (1, 2, ...), and what they counted.

    A metric of which only counts are given has their values.
    """
    given = counts or {}
    values = {
        **{key: [one.hits / one.of for one in entries] for key, entries in given.items()},
        **values,
    }
    typed = kind(**load)
    count = max(len(entries) for entries in values.values())
    trials = {
        repeat + 1: {key: entries[repeat] for key, entries in values.items()}
        for repeat in range(count)
    }
    counted = {
        repeat + 1: {key: entries[repeat] for key, entries in given.items()}
        for repeat in range(count)
    }
    return Cell(pattern, public_load(typed), trials, typed, counted)


def evidence(*cells: Cell, **normal: Any) -> Evidence:
    return Evidence(cells, normal)


def scaled(found: Cell, factor: float, metric: str) -> Cell:
    trials = {
        repeat: {**values, metric: values[metric] * factor}
        for repeat, values in found.trials.items()
    }
    return dataclasses.replace(found, trials=trials)


def renumbered(found: Cell, order: Sequence[int]) -> Cell:
    """The same trials under other repeats."""
    values = [trial for _, trial in sorted(found.trials.items())]
    numbers = sorted(found.trials)
    trials = {numbers[place]: values[index] for index, place in enumerate(order)}
    return dataclasses.replace(found, trials=trials)


def along(
    pattern: str, metric: str, points: Mapping[float, Sequence[float]], **load: Any
) -> list[Cell]:
    """Cells over the event rate."""
    return [
        cell(pattern, {metric: values}, event_rate_per_s=rate, **load)
        for rate, values in points.items()
    ]
