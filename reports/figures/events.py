"""What one delivered event takes: requests, useless replies, bytes on the wire."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.model import Pattern
from reports.evaluated import Evaluated, ExperimentResult, Level
from reports.figures._axes import linear_axis, new_figure, reach
from reports.numbers import EQUAL, number, title
from reports.style import look
from reports.sweeps import key_levels, told_apart

TITLE = "What one event takes"
CAPTION = (
    "Requests, useless replies and bytes on the wire; bars start at zero, whiskers are 95 % "
    "intervals."
)
SECTION = "delivery"
KEYS = ("requests_per_event", "useless_share", "wire_bytes_per_event")


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    levels = key_levels(result)
    shown = result.measured_at(levels)
    keys = [
        key
        for key in KEYS
        if any(
            result.estimate(pattern.name, level, key).value > 0
            for pattern in shown
            for level in levels
        )
    ]
    if not keys:
        return []
    count = len(shown)
    figure = new_figure((0.32 * count + 0.75) * len(levels) + 0.3)
    panels = figure.subplots(len(levels), len(keys), squeeze=False, sharex="col", sharey=True)
    common, texts = told_apart(result, levels)
    for row, level in zip(panels, levels, strict=True):
        for axes, key in zip(row, keys, strict=True):
            _panel(axes, result, shown, level, key)
        row[0].set_title(texts[level])
    for column, key in enumerate(keys):
        values = [
            entry.value + reach(entry)[1]
            for pattern in shown
            for level in levels
            if not math.isnan((entry := result.estimate(pattern.name, level, key)).value)
        ]
        linear_axis(panels[-1][column], [value * 1.18 for value in values], vertical=False)
        panels[-1][column].set_xlabel(title(result.metric(key)))
    if common:
        figure.suptitle(common, x=0.01, ha="left", fontsize=10)
    return [("events", figure)]


def _panel(
    axes: Axes, result: ExperimentResult, shown: Sequence[Pattern], level: Level, key: str
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
        axes.annotate(
            number(entry.value),
            (entry.value + above, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
