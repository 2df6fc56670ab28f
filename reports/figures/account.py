"""What becomes of all outcomes: bars of shares that together are the whole, level by level."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.model.pattern import Pattern
from reports.figures._sheet import (
    columns_of,
    head,
    legend_below,
    new_figure,
    row_label,
    title_rows,
)
from reports.figures._stacked import part, stacked
from reports.style import COLOURS
from reports.sweeps import distinguish, main_levels

TITLE = "What became of everything"
CAPTION = (
    "Each bar is everything that one pattern had at one level. The parts are shares of it, so "
    "that nothing is left over."
)
SECTION = "delivery"
COLUMNS = 2
MOST_LEVELS = 12

FROM_GOOD_TO_BAD = tuple(COLOURS[place] for place in (0, 5, 4, 1, 3, 7))
"""An account begins with what should become of everything; green further on would mislead."""

WHOLE = 0.999
"""Shares of less than this together are no account."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    if not result.experiment.account:
        return []
    levels = [one for one in main_levels(result) if rows_of(result, one)][:MOST_LEVELS]
    return [("account", _figure(result, levels))] if levels else []


def rows_of(result: ExperimentResult, level: Level) -> list[tuple[Pattern, tuple[float, ...]]]:
    """Each pattern measured at a level with its shares, where they are the whole."""
    rows = []
    for pattern in result.measured:
        shares = tuple(
            result.estimate(pattern.name, level, key).value for key, _ in result.experiment.account
        )
        if not any(map(math.isnan, shares)) and sum(shares) >= WHOLE:
            rows.append((pattern, shares))
    return rows


def _figure(result: ExperimentResult, levels: Sequence[Level]) -> Figure:
    columns = columns_of(len(levels), COLUMNS)
    lines = -(-len(levels) // columns)
    found = [rows_of(result, level) for level in levels]
    figure = new_figure(lines * (0.8 + 0.32 * max(map(len, found))) + 0.8)
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True).ravel()
    common, texts = distinguish(result, levels)
    for axes, rows in zip(panels, found, strict=False):
        _panel(axes, rows)
    for axes in panels[len(levels) :]:
        axes.set_visible(False)
    for axes in panels[max(0, len(levels) - columns) : len(levels)]:
        experiment = result.experiment
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(f"share of all {experiment.account_of or experiment.noun.outcomes}")
    titles = [(axes, texts[level]) for axes, level in zip(panels, levels, strict=False)]
    names = [row_label(pattern.title) for rows in found for pattern, _ in rows]
    title_rows(figure, titles, columns, beside=names, size=8.5)
    head(figure, common if len(levels) > 1 else "")
    words = [words for _, words in result.experiment.account]
    legend_below(
        figure, [part(place, label, FROM_GOOD_TO_BAD) for place, label in enumerate(words)]
    )
    return figure


def _panel(axes: Axes, rows: Sequence[tuple[Pattern, tuple[float, ...]]]) -> None:
    for row, (_, shares) in enumerate(rows):
        stacked(axes, row, shares, FROM_GOOD_TO_BAD)
    axes.set_yticks(range(len(rows)), [row_label(pattern.title) for pattern, _ in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(visible=False, axis="y")
