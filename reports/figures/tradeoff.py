"""Latency against what it costs: one panel per pair of the experiment's trade-off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.model.pattern import Pattern
from bench.stats.estimates import Estimate
from reports.figures._axes import handle, log_axis, reach
from reports.figures._labels import name_points
from reports.figures._sheet import BROAD, columns_of, head, legend_below, new_figure
from reports.numbers import listed, title
from reports.style import look
from reports.sweeps import is_grid, key_levels, sweeps

TITLE = "The trade-off"
CAPTION = (
    "Further left and lower is better. Both axes are logarithmic; bars are 95 % intervals. Where a "
    "parameter is swept, a line joins a pattern's levels in order and the last one is filled."
)
SECTION = "tradeoff"
CUT = 5.0
"""An interval that ends farther than so many times from all values leaves the panel."""


@dataclass(frozen=True)
class Point:
    """One pattern at one level."""

    pattern: Pattern
    x: Estimate
    y: Estimate

    @property
    def bars(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of its intervals."""
        (left, right), (below, above) = reach(self.x), reach(self.y)
        x, y = self.x.value, self.y.value
        return x - left, y - below, x + right, y + above


def caption(result: ExperimentResult) -> str:
    """Some have more for the better: their axis says so."""
    has_more = any(
        _is_more_better(result, key) for pair in result.experiment.tradeoff for key in pair
    )
    return (
        CAPTION.replace("better.", "better, except where an axis says otherwise.", 1)
        if has_more
        else CAPTION
    )


def _is_more_better(result: ExperimentResult, key: str) -> bool:
    """What is neither, as a rate that may be asked for, stands here against its cost."""
    return result.metric(key).better != "lower"


def _label(result: ExperimentResult, key: str) -> str:
    more = ", more is better" if _is_more_better(result, key) else ""
    return title(result.metric(key)) + more


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    series = [(sweep.fixed, sweep.levels) for sweep in sweeps(result)]
    if not is_grid(result):  # what serves single claims compares few patterns
        series = series[:1]
    if not series:
        series = [(level.text, (level,)) for level in key_levels(result)]
    found = []
    for fixed, levels in series:
        figure = _figure(result, levels, fixed)
        if figure is not None:
            found.append((f"tradeoff-{fixed}" if fixed else "tradeoff", figure))
    return found


def _figure(result: ExperimentResult, levels: tuple[Level, ...], fixed: str) -> Figure | None:
    panels = {pair: points_of(result, levels, pair) for pair in result.experiment.tradeoff}
    panels = {pair: points for pair, points in panels.items() if points}
    if not panels:
        return None
    columns = columns_of(len(panels), len(panels))
    figure = new_figure(3.9 * len(panels) / columns, BROAD * min(1.0, len(panels) / 2))
    grid = figure.subplots(len(panels) // columns, columns, squeeze=False).ravel()
    for axes, (pair, points) in zip(grid, panels.items(), strict=True):
        panel(axes, result, points)
        axes.set_xlabel(_label(result, pair[0]))
        axes.set_ylabel(_label(result, pair[1]))
    words = heading(result, list(panels)) + (f"\n{fixed}" if fixed else "")
    head(figure, words, is_bold=True, size=11)
    if len(levels) > 1:
        shown = result.measured_at(levels)
        legend_below(figure, [handle(result, pattern) for pattern in shown])
        return figure
    figure.draw_without_rendering()
    for axes, points in zip(grid, panels.values(), strict=True):
        names = [point.pattern.title for point in points]
        places = [(point.x.value, point.y.value) for point in points]
        name_points(figure, axes, places, names, [point.bars for point in points])
    return figure


def heading(result: ExperimentResult, pairs: Sequence[tuple[str, str]]) -> str:
    """ "Updates for clients: latency mean against backend CPU and wire bytes per event"."""
    below = listed(list(dict.fromkeys(result.metric(y).title for _, y in pairs)))
    across = listed([result.metric(x).title for x, _ in pairs])
    return f"{result.experiment.title}: {below} against {across}"


def points_of(
    result: ExperimentResult, levels: tuple[Level, ...], pair: tuple[str, str]
) -> list[Point]:
    """What has a place on logarithmic axes."""
    found = []
    for pattern in result.measured:
        for level in levels:
            x, y = (result.estimate(pattern.name, level, key) for key in pair)
            if x.value > 0 and y.value > 0 and math.isfinite(x.value + y.value):
                found.append(Point(pattern, x, y))
    return found


def panel(axes: Axes, result: ExperimentResult, points: list[Point]) -> None:
    for pattern in result.measured:
        own = look(result, pattern.name)
        mine = [point for point in points if point.pattern == pattern]
        if len(mine) > 1:
            xs, ys = [p.x.value for p in mine], [p.y.value for p in mine]
            axes.plot(xs, ys, color=own.colour, linestyle=own.line, linewidth=1.2)
        for point in mine:
            axes.errorbar(
                point.x.value,
                point.y.value,
                xerr=[[side] for side in reach(point.x)],
                yerr=[[side] for side in reach(point.y)],
                color=own.colour,
                marker=own.marker,
                markersize=7,
                markerfacecolor=own.colour if point is mine[-1] else "none",
                elinewidth=1.2,
                capsize=2.5,
            )
    bars = [point.bars for point in points]
    across = _ends([point.x.value for point in points], [e for b in bars for e in (b[0], b[2])])
    along = _ends([point.y.value for point in points], [e for b in bars for e in (b[1], b[3])])
    log_axis(axes.xaxis, across, room=1.7)
    log_axis(axes.yaxis, along, room=1.7)


def _ends(values: list[float], ends: list[float]) -> list[float]:
    """The bars' ends; one that is very wide must not push all points together."""
    low, high = min(values) / CUT, max(values) * CUT
    return [min(max(end, low), high) for end in ends]
