"""The latency distribution to its tail, all usable trials of a pattern together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.analysis.shapes import Distribution
from reports.figures._axes import handle, log_axis
from reports.figures._sheet import columns_of, head, legend_below, new_figure, title_rows
from reports.style import Look, look
from reports.sweeps import distinguish, key_levels

TITLE = "Latency distribution"
CAPTION = (
    "How late {outcomes} are, from the fastest (left) to the tail (right): at 99 %, one {outcome} "
    "in a hundred is later than the line. The thin part at the end has too few independent "
    "observations for a percentile; its last point is the largest latency seen."
)
SECTION = "distribution"

TICKS = (1.0, 0.5, 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001)
MOST_TICKS = 3
LEAST_SAMPLES = 5
"""Fewer are values, not a distribution."""

SURE = -math.log(0.01)
"""A share e of n observations carries its percentile where n e >= this (99 % certainty)."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    levels = [level for level in key_levels(result) if _shown(result, level)]
    if not levels:
        return []
    columns = columns_of(len(levels), len(levels))
    rows = -(-len(levels) // columns)
    figure = new_figure(4.3 if rows == 1 else 2.6 * rows + 1)
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    common, texts = distinguish(result, levels)
    times: list[float] = []
    for axes, level in zip(panels, levels, strict=True):
        found = _shown(result, level)
        for name, distribution in found.items():
            _line(axes, distribution, look(result, name))
            times += [_least(distribution), float(distribution.ms[-1])]
        _percentile_axis(axes, result, max(d.samples for d in found.values()), columns)
    title_rows(
        figure, [(axes, texts[one]) for axes, one in zip(panels, levels, strict=True)], columns
    )
    head(figure, common)
    log_axis(panels[0].yaxis, times, room=1.3)
    for axes in panels[::columns]:
        axes.set_ylabel("latency (ms)")
    shown = [p for p in result.measured if any(p.name in _shown(result, lv) for lv in levels)]
    legend_below(figure, [handle(result, pattern) for pattern in shown])
    return [("distribution", figure)]


def _shown(result: ExperimentResult, level: Level) -> dict[str, Distribution]:
    groups = {p.name: result.group(p.name, level) for p in result.measured}
    return {
        name: group.distribution
        for name, group in groups.items()
        if group is not None
        and group.distribution is not None
        and group.distribution.samples >= LEAST_SAMPLES
    }


def _least(distribution: Distribution) -> float:
    """The least positive latency: a logarithmic axis has no place for others."""
    positive = distribution.ms[distribution.ms > 0]
    return float(positive[0]) if len(positive) else 1.0


def _line(axes: Axes, distribution: Distribution, own: Look) -> None:
    rarity = 1 / distribution.exceedance
    carried = int(np.searchsorted(rarity, distribution.observations / SURE, side="right"))
    style: dict[str, Any] = {"color": own.colour, "drawstyle": "steps-pre"}
    axes.plot(rarity[:carried], distribution.ms[:carried], linestyle=own.line, **style)
    start = max(0, carried - 1)
    axes.plot(rarity[start:], distribution.ms[start:], linewidth=0.8, alpha=0.8, **style)
    axes.plot(rarity[-1:], distribution.ms[-1:], color=own.colour, marker=own.marker, clip_on=False)


def _percentile_axis(axes: Axes, result: ExperimentResult, samples: int, panels: int) -> None:
    shown = [share for share in TICKS if 1 / share <= samples * 1.5]
    if panels > 1 and len(shown) > MOST_TICKS:  # narrow panels have room for few
        shown = [share for share in shown if share != 0.5]
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([1 / share for share in shown]))
    axes.xaxis.set_major_formatter(
        FixedFormatter([f"{100 * (1 - share):.10g} %" for share in shown])
    )
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(1, samples * 1.1)
    axes.set_xlabel(result.worded("share of {outcomes} that are faster"))
