"""Which pattern is ahead where, over two swept parameters: one map per metric."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group, Level
from bench.model.load import parameters_of
from bench.model.pattern import Pattern
from bench.model.units import show
from bench.stats.two_samples import compare
from reports.figures._sheet import columns_of, legend_below, new_figure
from reports.numbers import number, title
from reports.style import look
from reports.sweeps import is_grid

TITLE = "Best pattern by level"
CAPTION = (
    "The colour is that of the pattern with the best value, the number is that value. A hatched "
    "cell is not settled: compared in pairs over the repeats, best and second best do not "
    "differ at the 95 % level (each cell judged by itself), or there are too few trials. Where "
    "there is room, the second best is given below the number. An empty cell has no value."
)
SECTION = "curves"
PREFERRED = ("latency_p50", "wire_bytes_per_event", "backend_cpu_us_per_event")
MOST_MAPS = 3
DARK, LIGHT = "#101010", "#fefefe"
"""Of numbers on coloured cells: not the page's ink, which turns light on a dark page."""

MIDDLE_GREY = 0.45
ROOMY = 5
"""So many columns leave room for a name in a cell."""

SIDE = 0.94
"""Of a cell: what is left is the line between cells."""


@dataclass(frozen=True)
class Cell:
    """One level: who has the best value, who is second, and whether they differ."""

    best: Pattern
    value: float
    second: Pattern | None
    is_settled: bool


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    compared = [pattern for pattern in result.measured if pattern.compared]
    if len(result.swept) != 2 or not is_grid(result) or len(compared) < 2:
        return []
    maps = {key: _cells(result, compared, key) for key in metrics_of(result)}
    maps = {key: cells for key, cells in maps.items() if cells}
    return [("winner-map", _figure(result, compared, maps))] if maps else []


def metrics_of(result: ExperimentResult) -> list[str]:
    """Metrics that have a better and a worse: the preferred ones, else those of the trade-off."""
    experiment = result.experiment
    preferred = [key for key in PREFERRED if key in experiment.headline]
    if len(preferred) == MOST_MAPS:
        return preferred
    keys = [y for _, y in experiment.tradeoff] + [x for x, _ in experiment.tradeoff]
    keys = [key for key in (*keys, *experiment.headline) if result.metrics[key].better != "neither"]
    return list(dict.fromkeys(keys))[:MOST_MAPS]


def _cells(result: ExperimentResult, compared: Sequence[Pattern], key: str) -> dict[Level, Cell]:
    cells = {level: cell_of(result, compared, level, key) for level in result.levels}
    return {level: cell for level, cell in cells.items() if cell is not None}


def cell_of(
    result: ExperimentResult, compared: Sequence[Pattern], level: Level, key: str
) -> Cell | None:
    """Who is ahead at a level; None where nobody has a value."""
    sign = -1 if result.metrics[key].better == "higher" else 1
    values = {
        pattern.name: value
        for pattern in compared
        if not math.isnan(value := result.estimate(pattern.name, level, key).value)
    }
    if not values:
        return None
    order = sorted(values, key=lambda name: sign * values[name])
    best = result.pattern(order[0])
    if len(order) < 2:
        return Cell(best, values[order[0]], None, is_settled=True)
    groups = [result.group(name, level) for name in order[:2]]
    verdict = compare(*paired(groups, key), paired=True).verdict
    ahead = "higher" if sign > 0 else "lower"  # the second against the best
    return Cell(best, values[order[0]], result.pattern(order[1]), verdict == ahead)


def paired(groups: Sequence[Group | None], key: str) -> tuple[list[float], list[float]]:
    """The metric of two groups' trials, repeat by repeat, of the repeats that both have."""
    first, second = (
        {one.record.trial.repeat: one.metrics.get(key, math.nan) for one in group.used}
        if group
        else {}
        for group in groups
    )
    both = sorted(first.keys() & second.keys())
    return [first[repeat] for repeat in both], [second[repeat] for repeat in both]


def _figure(
    result: ExperimentResult, compared: Sequence[Pattern], maps: dict[str, dict[Level, Cell]]
) -> Figure:
    rows = len({level.value(_axes_of(result)[1]) for level in result.levels})
    columns = columns_of(len(maps), len(maps))
    figure = new_figure((1.6 + 0.52 * max(3, rows)) * len(maps) / columns)
    panels = figure.subplots(len(maps) // columns, columns, squeeze=False).ravel()
    for axes, (key, cells) in zip(panels, maps.items(), strict=True):
        _panel(axes, result, cells)
        axes.set_title(title(result.metric(key)))
    ahead = {cell.best.name for cells in maps.values() for cell in cells.values()}
    handles: list[Line2D | Patch] = [
        _square(look(result, p.name).colour, p.title) for p in compared if p.name in ahead
    ]
    if any(not cell.is_settled for cells in maps.values() for cell in cells.values()):
        handles.append(
            Patch(facecolor="none", edgecolor="#808080", hatch="///", label="not settled")
        )
    legend_below(figure, handles)
    return figure


def _square(colour: str, label: str) -> Line2D:
    return Line2D([], [], color=colour, marker="s", markersize=10, linestyle="none", label=label)


def _axes_of(result: ExperimentResult) -> tuple[str, str]:
    """The parameter along x: the one with more values; a tie goes to the first."""
    x, y = result.swept
    counts = {name: len({level.value(name) for level in result.levels}) for name in (x, y)}
    return (y, x) if counts[y] > counts[x] else (x, y)


def _panel(axes: Axes, result: ExperimentResult, cells: dict[Level, Cell]) -> None:
    x_name, y_name = _axes_of(result)
    xs = list(dict.fromkeys(_sorted([level.value(x_name) for level in result.levels])))
    ys = list(dict.fromkeys(_sorted([level.value(y_name) for level in result.levels])))
    parameters = parameters_of(result.experiment.load)
    for level, cell in cells.items():
        place = xs.index(level.value(x_name)), ys.index(level.value(y_name))
        _draw_cell(axes, place, cell, look(result, cell.best.name).colour, len(xs))
    axes.set_xlim(-0.5, len(xs) - 0.5)
    axes.set_ylim(-0.5, len(ys) - 0.5)
    axes.set_xticks(range(len(xs)), [show(value, parameters[x_name].unit) for value in xs])
    axes.set_yticks(range(len(ys)), [show(value, parameters[y_name].unit) for value in ys])
    axes.set_xlabel(x_name.replace("_", " "))
    axes.set_ylabel(y_name.replace("_", " "))
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _sorted(values: list[object]) -> list[object]:
    """Numbers by size, words by alphabet."""
    return sorted(values, key=lambda value: (isinstance(value, str), value))


def _draw_cell(axes: Axes, place: tuple[int, int], cell: Cell, colour: str, columns: int) -> None:
    """A coloured square with its number; `columns` cells share the panel's width."""
    x, y = place
    ink = DARK if _brightness(colour) > MIDDLE_GREY else LIGHT
    corner = x - SIDE / 2, y - SIDE / 2
    axes.add_patch(Rectangle(corner, SIDE, SIDE, facecolor=colour, edgecolor="none"))
    text, size = number(cell.value), 9.0 if columns <= ROOMY else 6.5
    if not cell.is_settled:
        axes.add_patch(
            Rectangle(
                corner,
                SIDE,
                SIDE,
                facecolor="none",
                edgecolor=ink,
                hatch="///",
                linewidth=0,
                alpha=0.45,
            )
        )
        if cell.second is not None and columns <= ROOMY:
            text += f"\n{cell.second.title}"
            size = 7.5
    box = {"facecolor": colour, "edgecolor": "none", "pad": 1.2}
    axes.text(x, y, text, ha="center", va="center", color=ink, fontsize=size, bbox=box)


def _brightness(colour: str) -> float:
    red, green, blue = to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue
