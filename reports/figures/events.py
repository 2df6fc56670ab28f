"""What one delivered event takes: requests, useless replies, bytes on the wire."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.model.pattern import Pattern
from reports.figures._axes import linear_axis, reach
from reports.figures._sheet import head, is_slim, new_figure, title_rows
from reports.numbers import EQUAL, number, title
from reports.style import PAPER, look
from reports.sweeps import distinguish, key_levels

TITLE = "Cost of one {event}"
CAPTION = "What it costs on its way to the client; bars start at zero, whiskers are 95 % intervals."
SECTION = "delivery"
KEYS = (
    "requests_per_event",
    "useless_share",
    "wire_bytes_per_event",
)
MOST_STEPS = 4
"""Of an axis, as numbers may be as long as 0.0005."""

CUT = 3.0
"""An interval that ends beyond so many times the greatest value leaves the panel."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    levels = key_levels(result)
    shown = result.measured_at(levels)
    keys = (*KEYS, *result.experiment.takes)
    tops = {key: top for key in keys if (top := _top(result, shown, levels, key)) > 0}
    if not tops:
        return []
    common, texts = distinguish(result, levels)
    grid = [[(level, key) for key in tops] for level in levels]
    if is_slim():  # all levels of a metric below one another
        grid = [[(level, key)] for key in tops for level in levels]
    height = 0.32 * len(shown) + (1.0 if is_slim() else 0.75)
    figure = new_figure(height * len(grid) + 0.3)
    panels = figure.subplots(
        len(grid), len(grid[0]), squeeze=False, sharex=False if is_slim() else "col", sharey=True
    )
    for places, row in zip(panels, grid, strict=True):
        for axes, (level, key) in zip(places, row, strict=True):
            _panel(axes, result, shown, level, key, tops[key])
            if is_slim() or row is grid[-1]:
                linear_axis(axes, [tops[key] * 1.18], vertical=False)
                axes.locator_params(axis="x", nbins=MOST_STEPS)
                axes.set_xlabel(title(result.metric(key)))
    titles = [(places[0], texts[row[0][0]]) for places, row in zip(panels, grid, strict=True)]
    title_rows(figure, titles, 1, beside=[pattern.title for pattern in shown])
    head(figure, common)
    return [("events", figure)]


def _top(
    result: ExperimentResult, shown: Sequence[Pattern], levels: Sequence[Level], key: str
) -> float:
    """Where the longest whisker ends, but for those that would flatten all bars; 0: no bar."""
    entries = [result.estimate(pattern.name, level, key) for pattern in shown for level in levels]
    known = [entry for entry in entries if not math.isnan(entry.value)]
    most = max((entry.value for entry in known), default=0.0)
    ends = [entry.value + reach(entry)[1] for entry in known]
    return max([most, *(end for end in ends if end <= CUT * most)])


def _panel(
    axes: Axes,
    result: ExperimentResult,
    shown: Sequence[Pattern],
    level: Level,
    key: str,
    top: float,
) -> None:
    names = [pattern.title for pattern in shown]
    for place, pattern in enumerate(shown):
        entry = result.estimate(pattern.name, level, key)
        if math.isnan(entry.value):
            continue
        below, above = reach(entry)
        axes.barh(place, entry.value, height=0.62, color=look(result, pattern.name).colour)
        if above > EQUAL * entry.value:
            axes.errorbar(entry.value, place, xerr=[[below], [above]], color="#55606a", capsize=2)
        # A whisker that leaves the panel has its number at the bar, upon the line.
        is_cut = entry.value + above > top
        axes.annotate(
            number(entry.value),
            (entry.value if is_cut else entry.value + above, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5} if is_cut else None,
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
