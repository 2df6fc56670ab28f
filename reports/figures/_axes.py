"""What several kinds of figure share: axes with units and ticks, samples of patterns.  Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from bench.analysis.evaluated import ExperimentResult
from bench.model.load import parameters_of
from bench.model.pattern import Pattern
from bench.model.units import show
from bench.stats.estimates import Estimate
from reports.style import look
from reports.sweeps import Sweep

TICKS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0.5, (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)),
    (1.0, (1, 2, 3, 5, 7)),
    (3.0, (1, 2, 5)),
    (math.inf, (1,)),
)
"""Multiples of a power of ten that get a tick, by the decades that an axis spans (below)."""


def plain(value: float, _position: int = 0) -> str:
    """A tick's number: 0.05, 20, 5,000, 20k, 3M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if sign == 'k' else size):.10g}{sign}"
    return f"{value:,.10g}"


def log_axis(axis: Axis, values: Sequence[float], room: float = 1.5) -> None:
    """A logarithmic axis around the positive values, with ticks that read as numbers."""
    positive = [value for value in values if value > 0 and math.isfinite(value)] or [1.0]
    low, high = min(positive) / room, max(positive) * room
    decades = math.log10(high) - math.log10(low)
    subs = next(subs for most, subs in TICKS if decades < most)
    axis._set_axes_scale("log")  # type: ignore[attr-defined]
    axis.set_major_locator(LogLocator(subs=subs, numticks=30))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(plain))
    is_y = axis is axis.axes.yaxis
    (axis.axes.set_ylim if is_y else axis.axes.set_xlim)(low, high)  # told to axes that share it


def linear_axis(axes: Axes, values: Sequence[float], *, vertical: bool = True) -> None:
    """From zero to a little above the greatest: lengths can be compared."""
    top = max([value for value in values if math.isfinite(value)] or [1.0]) * 1.08 or 1.0
    (axes.set_ylim if vertical else axes.set_xlim)(0, top)
    (axes.yaxis if vertical else axes.xaxis).set_major_formatter(FuncFormatter(plain))


def reach(entry: Estimate) -> tuple[float, float]:
    """How far the interval goes below and above the value; nothing where there is none."""
    if not entry.has_interval:
        return 0.0, 0.0
    return max(0.0, entry.value - entry.low), max(0.0, entry.high - entry.value)


def handle(result: ExperimentResult, pattern: Pattern, *, line: bool = True) -> Line2D:
    """A legend's sample of a pattern."""
    own = look(result, pattern.name)
    title = pattern.title if pattern.compared else f"{pattern.title} (not compared)"
    return Line2D(
        [],
        [],
        color=own.colour,
        marker=own.marker,
        linestyle=own.line if line else "none",
        label=title,
    )


def sweep_axis(axes: Axes, result: ExperimentResult, sweep: Sweep) -> None:
    """The swept parameter as x axis: its own values as ticks, logarithmic where they span much."""
    parameter = parameters_of(result.experiment.load)[sweep.name]
    values: list[Any] = [level.value(sweep.name) for level in sweep.levels]
    positions = sweep.positions()
    numeric = not any(isinstance(value, str) for value in values)
    if numeric and min(positions) > 0 and max(positions) >= 8 * min(positions):
        axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(positions, [tick_text(value, parameter.unit) for value in values])
    axes.set_xlabel(sweep.name.replace("_", " "))
    # A level without a value keeps its place.
    axes.update_datalim([(position, 0.0) for position in positions], updatey=False)
    axes.margins(x=0.08)


def tick_text(value: Any, unit: str) -> str:
    """ "10,000", "50ms": a level at an axis, as a table shows it."""
    return f"{value:,}" if isinstance(value, int) and not unit else show(value, unit)
