"""Of what the cost of one outcome consists: its parts as shares, pattern by pattern."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.model.experiment import CostParts
from bench.model.pattern import Pattern
from reports.figures._sheet import columns_of, head, legend_below, new_figure
from reports.numbers import with_unit
from reports.style import FLOOR_COLOUR, look
from reports.sweeps import distinguish, main_levels

TITLE = "What the cost of one {event} consists of"
CAPTION = (
    "Each bar is the whole cost at one level; its amount stands above it. Dark is what the "
    "pattern itself counts, grey what the floor takes as well, light the rest."
)
SECTION = "load"
COLUMNS = 2
LIGHT = 0.4
MOST_LEVELS = 8

Shares = tuple[float, float, float]
"""Of the floor, of the part, and what is left; together 1."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    parts = result.experiment.cost_parts
    if parts is None:
        return []
    levels = main_levels(result)[:MOST_LEVELS]
    shown = [one for one in result.measured if any(shares(result, parts, one, at) for at in levels)]
    return [("cost-parts", _figure(result, parts, shown, levels))] if shown else []


def shares(
    result: ExperimentResult, parts: CostParts, pattern: Pattern, level: Level
) -> Shares | None:
    """The parts of a pattern's cost at one level; None where one of them was not measured."""
    whole = result.estimate(pattern.name, level, parts.whole).value
    part = result.estimate(pattern.name, level, parts.part).value
    floor = result.estimate(parts.floor, level, parts.whole).value
    if pattern.name == parts.floor or math.isnan(whole + part + floor) or whole <= 0:
        return None
    # Measured apart from each other: together they may be a little more than the whole.
    beneath = min(floor, whole - min(part, whole))
    own = min(part, whole)
    return beneath / whole, own / whole, (whole - beneath - own) / whole


def _figure(
    result: ExperimentResult, parts: CostParts, shown: Sequence[Pattern], levels: Sequence[Level]
) -> Figure:
    columns = columns_of(len(shown), COLUMNS)
    rows = -(-len(shown) // columns)
    figure = new_figure(2.4 * rows + 0.9)
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    common, texts = distinguish(result, levels)
    along, ticks = _ticks([texts[level] or common for level in levels])
    for axes, pattern in zip(panels, shown, strict=False):
        _panel(axes, result, parts, pattern, levels)
        axes.set_xticks(range(len(levels)), ticks)
    for axes in panels[max(0, len(shown) - columns) : len(shown)]:
        axes.set_xlabel(along)
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    head(figure, common if len(levels) > 1 else "")
    dark = look(result, shown[0].name).colour
    legend_below(
        figure,
        [
            Patch(color=dark, label=parts.part_words),
            Patch(color=dark, alpha=LIGHT, label=parts.rest_words),
            Patch(color=FLOOR_COLOUR, label=parts.floor_words),
        ],
    )
    return figure


def _ticks(texts: Sequence[str]) -> tuple[str, list[str]]:
    """The parameter that all levels speak of and its values; "" and the texts where it is none."""
    pairs = [text.partition("=") for text in texts]
    names = {name for name, _, value in pairs if " " not in value}
    if len(names) == 1 and not any(" " in value for _, _, value in pairs):
        return names.pop().replace("_", " "), [value for _, _, value in pairs]
    return "", list(texts)


def _panel(
    axes: Axes,
    result: ExperimentResult,
    parts: CostParts,
    pattern: Pattern,
    levels: Sequence[Level],
) -> None:
    colour = look(result, pattern.name).colour
    for place, level in enumerate(levels):
        if (found := shares(result, parts, pattern, level)) is None:
            continue
        floor, own, rest = found
        axes.bar(place, floor, color=FLOOR_COLOUR, width=0.7)
        axes.bar(place, rest, bottom=floor, color=colour, alpha=LIGHT, width=0.7)
        axes.bar(place, own, bottom=floor + rest, color=colour, width=0.7)
        whole = result.estimate(pattern.name, level, parts.whole).value
        amount = with_unit(whole, result.metric(parts.whole).unit)
        axes.text(place, 1.02, amount, ha="center", va="bottom", fontsize=8.5)
    axes.set_ylim(0, 1.15)
    axes.set_yticks((0, 0.25, 0.5, 0.75, 1))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlim(-0.6, len(levels) - 0.4)
    axes.grid(visible=False, axis="x")
    axes.set_title(pattern.title)
