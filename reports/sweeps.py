"""Which levels of a run form sweeps, and which of them stand for all.  Pure.

Usually all levels speak of the same parameters: a grid.  A run made for claims
has levels of many kinds; only those that differ in one parameter and agree in
all else of the load can be joined by a line.  Knows nothing of what a figure or a table shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analysis.evaluated import ExperimentResult, Level, public_load
from bench.model import linktext
from bench.model.load import parameters_of
from bench.model.units import show

MOST_SERIES = 4
MOST_KEY_LEVELS = 3


@dataclass(frozen=True)
class Sweep:
    """Levels along one swept parameter, all others held at `fixed`."""

    fixed: str
    name: str
    levels: tuple[Level, ...]

    def positions(self) -> list[float]:
        """Where the levels stand on an axis: words get whole numbers."""
        values = [level.value(self.name) for level in self.levels]
        return [
            float(index) if isinstance(value, str) else float(value)
            for index, value in enumerate(values)
        ]


def is_grid(result: ExperimentResult) -> bool:
    """Whether all levels speak of the same parameters."""
    return len({level.names for level in result.levels}) <= 1


def sweeps(result: ExperimentResult) -> list[Sweep]:
    """At most four, no level in two of them; empty where nothing is swept.

    In a grid they run along the parameter with the most values and stand for all
    values of the other; otherwise they are the longest, and run along numbers only.
    """
    found: list[Sweep] = []
    taken: set[str] = set()
    for sweep in sorted(_candidates(result), key=lambda one: -_weight(result, one)):
        texts = {level.text for level in sweep.levels}
        if not texts & taken:
            taken |= texts
            found.append(sweep)
    if len(found) <= MOST_SERIES or not is_grid(result):
        return found[:MOST_SERIES]
    step = (len(found) - 1) / (MOST_SERIES - 1)
    return [found[round(index * step)] for index in range(MOST_SERIES)]


def _weight(result: ExperimentResult, sweep: Sweep) -> int:
    """The longest first; in a grid all of a parameter are alike, so that they stay together."""
    if is_grid(result):
        return len({level.value(sweep.name) for level in result.levels})
    return sum(_patterns_at(result, level) for level in sweep.levels)


def _patterns_at(result: ExperimentResult, level: Level) -> int:
    groups = (result.group(pattern.name, level) for pattern in result.measured)
    return sum(1 for group in groups if group is not None and group.used)


def _candidates(result: ExperimentResult) -> list[Sweep]:
    """All sets of two or more levels that differ in one parameter only."""
    loads = {level.text: _load_of(result, level) for level in result.levels}
    found = []
    for name in result.swept:
        along = _moving(result, name, loads.values())
        families: list[tuple[dict[str, Any], list[Level]]] = []
        for level in result.levels:
            if name not in level.names:
                continue
            rest = {key: value for key, value in loads[level.text].items() if key not in along}
            family = next((levels for known, levels in families if known == rest), None)
            if family is None:
                families.append((rest, [level]))
            else:
                family.append(level)
        found += [
            Sweep(_fixed(result, levels[0], name), name, tuple(levels))
            for _, levels in families
            if len(levels) > 1 and (is_grid(result) or not isinstance(levels[0].value(name), str))
        ]
    return found


def _moving(result: ExperimentResult, name: str, loads: Iterable[dict[str, Any]]) -> set[str]:
    """The parameters that change with one that is swept: of a link, those that follow from it."""
    parameters = parameters_of(result.experiment.load)
    swept = parameters[name]
    if linktext.is_of_link(swept) and swept.attribute == "link":  # its name stands for the rest
        return {key for key, one in parameters.items() if one.section == swept.section}
    way_up = f"{name}_up"
    # A level may name what another leaves out (warmup): then nothing follows it.
    follows = way_up in parameters and all(load.get(name) == load.get(way_up) for load in loads)
    return {name, way_up} if follows else {name}


def _load_of(result: ExperimentResult, level: Level) -> dict[str, Any]:
    """Every load value at a level by public name; what the level says of it counts most."""
    groups = (result.group(pattern.name, level) for pattern in result.patterns)
    group = next((group for group in groups if group is not None), None)
    return (public_load(group.load) if group else {}) | dict(level.values)


def _fixed(result: ExperimentResult, level: Level, along: str) -> str:
    return _text(result, level, [along])


def _text(result: ExperimentResult, level: Level, without: Sequence[str]) -> str:
    return " ".join(_words(result, [item for item in level.values if item[0] not in without]))


def _words(result: ExperimentResult, values: Sequence[tuple[str, Any]]) -> list[str]:
    parameters = parameters_of(result.experiment.load)
    units = {name: parameters[name].unit if name in parameters else "" for name, _ in values}
    return [f"{name}={show(value, units[name])}" for name, value in values]


def main_levels(result: ExperimentResult) -> tuple[Level, ...]:
    """The levels that the answer speaks of: all of a grid, else the weightiest sweep's.

    Where no levels form a sweep: those at which the most patterns were measured.
    """
    if is_grid(result):
        return result.levels
    found = sweeps(result)
    if found:
        return found[0].levels
    ranked = sorted(result.levels, key=lambda level: -_patterns_at(result, level))
    kept = {level.text for level in ranked[:MOST_KEY_LEVELS]}
    return tuple(level for level in result.levels if level.text in kept)


def distinguish(result: ExperimentResult, levels: Sequence[Level]) -> tuple[str, dict[Level, str]]:
    """What the levels have in common, as text, and each by the rest: short titles."""
    first = dict(levels[0].values) if levels else {}
    common = [
        name
        for name, value in first.items()
        if len(levels) > 1 and all((name, value) in level.values for level in levels)
    ]
    texts = {level: _text(result, level, common) for level in levels}
    return " ".join(_words(result, [(name, first[name]) for name in common])), texts


def key_levels(result: ExperimentResult) -> tuple[Level, ...]:
    """At most three levels that stand for all: the first, the middle, the last."""
    levels = main_levels(result)
    if len(levels) <= MOST_KEY_LEVELS:
        return levels
    return levels[0], levels[len(levels) // 2], levels[-1]


def name_at(figure: str, level: Level) -> str:
    """The name of a figure that is drawn at several levels."""
    return f"{figure}-{level.text}" if level.text else figure
