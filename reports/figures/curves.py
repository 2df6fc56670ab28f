"""Every headline metric over the swept parameter, with the laws drawn through it."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.model.pattern import Pattern
from bench.stats.estimates import Estimate
from reports.figures._axes import handle, linear_axis, log_axis, reach, sweep_axis
from reports.figures._sheet import columns_of, head, legend_below, new_figure
from reports.numbers import listed, title, with_unit
from reports.style import INK, look
from reports.sweeps import Sweep, is_grid, sweeps
from reports.wrapping import wrapped

TITLE = "Curves over the swept parameter"
CAPTION = (
    "Points are measured values with 95 % intervals, joined by thin lines; dashed lines are the "
    "laws' predictions for the same load. A panel's axis is logarithmic where its values differ "
    "more than twentyfold. An interval that is very wide is cut at the panel's edge."
)
SECTION = "curves"
COLUMNS = 3
WIDE = 20.0
CUT = 3.0
TITLE_SIGNS = 32
"""As many as a panel is wide."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    found = []
    for sweep in sweeps(result):
        if len(sweep.levels) > 1 and _keys(result, sweep):
            about = [sweep.fixed] if is_grid(result) else [sweep.name, sweep.fixed]
            name = "-".join(["curves", *(word for word in about if word)])
            found.append((name, _figure(result, sweep)))
    return found


def _keys(result: ExperimentResult, sweep: Sweep) -> list[str]:
    """The headline metrics that change along the sweep; a constant has no curve."""
    return [key for key in result.experiment.headline if has_values(result, sweep, key)]


def _figure(result: ExperimentResult, sweep: Sweep) -> Figure:
    keys = _keys(result, sweep)
    columns = columns_of(COLUMNS, COLUMNS)
    rows = -(-len(keys) // columns)
    figure = new_figure((2.6 if columns > 1 else 2.1) * rows + 0.6)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    has_law = False
    for axes, key in zip(panels, keys, strict=False):
        has_law |= panel(axes, result, sweep, key)
    for axes in panels[len(keys) :]:
        axes.set_visible(False)
    head(figure, "\n".join(filter(None, (sweep.fixed, _constants(result, sweep)))))
    shown = [
        pattern
        for pattern in result.measured_at(sweep.levels)
        if any(_known(result, sweep, pattern, key) for key in keys)
    ]
    handles = [handle(result, pattern, line=False) for pattern in shown]
    if has_law:
        handles.append(Line2D([], [], color=INK, linestyle="--", linewidth=1.3, label="law"))
    legend_below(figure, handles)
    return figure


def has_values(result: ExperimentResult, sweep: Sweep, key: str) -> bool:
    """Whether a line can be drawn: some pattern at two levels, and not all values the same."""
    found = [_known(result, sweep, pattern, key) for pattern in result.measured]
    return any(len(one) > 1 for one in found) and len({v for one in found for v in one}) > 1


def _known(result: ExperimentResult, sweep: Sweep, pattern: Pattern, key: str) -> list[float]:
    values = [result.estimate(pattern.name, level, key).value for level in sweep.levels]
    return [value for value in values if not math.isnan(value)]


def _constants(result: ExperimentResult, sweep: Sweep) -> str:
    """ "The same everywhere: completeness 1.00"."""
    words = []
    for key in result.experiment.headline:
        found = [_known(result, sweep, one, key) for one in result.measured]
        values = {value for one in found for value in one}
        if len(values) == 1 and any(len(one) > 1 for one in found):
            metric = result.metric(key)
            words.append(f"{metric.title} {with_unit(values.pop(), metric.unit)}")
    return f"The same everywhere: {listed(words)}" if words else ""


def panel(axes: Axes, result: ExperimentResult, sweep: Sweep, key: str) -> bool:
    """Draw one metric; True where a law is in it."""
    values: list[float] = []
    shown: list[Estimate] = []
    has_law = False
    positions = sweep.positions()
    for pattern in result.measured_at(sweep.levels):
        own = look(result, pattern.name)
        found = [result.estimate(pattern.name, level, key) for level in sweep.levels]
        # A level at which it was not measured does not break a pattern's line.
        places = [at for at, entry in enumerate(found) if not math.isnan(entry.value)]
        entries = [found[at] for at in places]
        if not entries:
            continue
        below, above = zip(*(reach(entry) for entry in entries), strict=True)
        measured = [entry.value for entry in entries]
        axes.errorbar(
            [positions[at] for at in places],
            measured,
            yerr=[below, above],
            color=own.colour,
            marker=own.marker,
            markersize=5,
            linewidth=0.7,
            elinewidth=1.1,
            capsize=2,
        )
        values += measured
        shown += entries
        law = [_law(result, pattern.name, sweep, index, key) for index in range(len(positions))]
        if not all(math.isnan(value) for value in law):
            axes.plot(positions, law, color=own.colour, linestyle="--", linewidth=1.3)
            has_law = True
            values += [value for value in law if not math.isnan(value)]
    sweep_axis(axes, result, sweep)
    if min(values) > 0 and max(values) > WIDE * min(values):
        log_axis(axes.yaxis, values)
    else:
        # Intervals count, but one that is very wide must not flatten all else.
        tops = [entry.high for entry in shown if entry.high < CUT * max(values)]
        linear_axis(axes, values + tops)
    axes.set_title("\n".join(wrapped(title(result.metric(key)), TITLE_SIGNS)))
    return has_law


def _law(result: ExperimentResult, pattern: str, sweep: Sweep, index: int, key: str) -> float:
    group = result.group(pattern, sweep.levels[index])
    for one in group.predicted if group else ():
        if one.metric == key:
            return one.value
    return math.nan
