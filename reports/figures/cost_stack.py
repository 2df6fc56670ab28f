"""What one outcome costs, as amounts that stand on one another: who spends it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.model.pattern import Pattern
from reports.figures._axes import linear_axis
from reports.figures._sheet import (
    columns_of,
    head,
    legend_below,
    new_figure,
    row_label,
    title_rows,
)
from reports.figures._stacked import part, stacked
from reports.numbers import UNIT_SIGNS, with_unit
from reports.sweeps import distinguish, main_levels

TITLE = "Who pays for one {event}"
CAPTION = (
    "Each bar is what one {outcome} costs with one pattern at one level, over all who spend it; "
    "the amount is at its end. A part that a pattern lacks is not shown."
)
SECTION = "load"
COLUMNS = 3
MOST_LEVELS = 6
ROOM = 1.3
"""Of the longest bar, for the amount at its end."""

Parts = tuple[float, ...]
"""In the order of the experiment's parts; 0 where a pattern has none such."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    if not result.experiment.cost_stack:
        return []
    levels = [level for level in main_levels(result) if rows_of(result, level)][:MOST_LEVELS]
    return [("cost-stack", _figure(result, levels))] if levels else []


def rows_of(result: ExperimentResult, level: Level) -> list[tuple[Pattern, Parts]]:
    """Each pattern measured at a level, with its parts."""
    rows = []
    for pattern in result.measured:
        values = [
            result.estimate(pattern.name, level, key).value
            for key, _ in result.experiment.cost_stack
        ]
        parts = tuple(0.0 if math.isnan(value) else max(0.0, value) for value in values)
        if sum(parts) > 0:
            rows.append((pattern, parts))
    return rows


def _figure(result: ExperimentResult, levels: Sequence[Level]) -> Figure:
    columns = columns_of(len(levels), COLUMNS)
    lines = -(-len(levels) // columns)
    found = [rows_of(result, level) for level in levels]
    figure = new_figure(lines * (0.9 + 0.4 * max(map(len, found))) + 0.9)
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True).ravel()
    common, texts = distinguish(result, levels)
    unit = result.metric(result.experiment.cost_stack[0][0]).unit
    longest = [sum(parts) * ROOM for rows in found for _, parts in rows]
    for axes, rows in zip(panels, found, strict=False):
        _panel(axes, rows, unit)
        linear_axis(axes, longest, vertical=False)
    for axes in panels[len(levels) :]:
        axes.set_visible(False)
    for axes in panels[max(0, len(levels) - columns) : len(levels)]:
        axes.set_xlabel(f"per {result.experiment.noun.outcome} ({UNIT_SIGNS.get(unit, unit)})")
    titles = [(axes, texts[level]) for axes, level in zip(panels, levels, strict=False)]
    names = [row_label(pattern.title) for rows in found for pattern, _ in rows]
    title_rows(figure, titles, columns, beside=names, size=8.5)
    head(figure, common if len(levels) > 1 else "")
    words = [words for _, words in result.experiment.cost_stack]
    legend_below(figure, [part(place, label) for place, label in enumerate(words)])
    return figure


def _panel(axes: Axes, rows: Sequence[tuple[Pattern, Parts]], unit: str) -> None:
    for row, (_, parts) in enumerate(rows):
        end = stacked(axes, row, parts)
        axes.text(end, row, f" {with_unit(end, unit)}", va="center", fontsize=8.5)
    axes.set_yticks(range(len(rows)), [row_label(pattern.title) for pattern, _ in rows])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
