"""One page of each pattern, resource by resource: what each waited for, and how long."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level, Waterfall
from bench.model.pattern import Pattern
from reports.figures._axes import legend_below, linear_axis, new_figure, plain
from reports.numbers import number
from reports.style import look
from reports.sweeps import key_levels

TITLE = "A page, resource by resource"
CAPTION = (
    "Each bar is a resource, from the moment it was asked for to its last byte, in the order of "
    "asking; all panels share the time axis. Shown of each pattern is the page whose makespan is "
    "the median of its trials' pages; that makespan stands beside the name, and its order at the "
    "first level is that of the panels. Set-up is drawn at the resource for which a connection was "
    "opened; others that wait for the same connection are drawn as waiting."
)
SECTION = "distribution"
COLUMNS = 3
HEAD_INCHES = 0.95
BAR_INCHES = 0.062
LEAST_INCHES = 1.2
THICKNESS = 0.8

PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "setup": ("connection set-up", {"alpha": 0.85, "hatch": "/" * 7}),
    "queued": ("waiting for a connection or stream", {"alpha": 0.2}),
    "waiting": ("sent, waiting for the first byte", {"alpha": 0.5}),
    "receiving": ("receiving", {"alpha": 1.0}),
}
"""The parts of a bar in order: name for people, and how it differs in the pattern's colour."""

GREY = "#6b6b6b"


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    levels = {level: shown for level in key_levels(result) if (shown := pages_at(result, level))}
    if not levels:
        return []
    first = next(iter(levels.values()))
    order = sorted(first, key=lambda name: -first[name].makespan_ms)
    found = []
    for level, shown in levels.items():
        names = [*(n for n in order if n in shown), *(n for n in shown if n not in order)]
        patterns = [result.pattern(name) for name in names]
        name = f"waterfall-{level.text}" if level.text else "waterfall"
        found.append((name, _figure(result, level, patterns, shown)))
    return found


def pages_at(result: ExperimentResult, level: Level) -> dict[str, Waterfall]:
    """The page to show of each pattern that has one."""
    groups = {pattern.name: result.group(pattern.name, level) for pattern in result.measured}
    return {
        name: group.waterfall
        for name, group in groups.items()
        if group is not None and group.waterfall is not None
    }


def spans(page: Waterfall) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Begin and end of each part of every bar, in ms; they follow one another without gaps."""
    edges = [page.intended_ms, page.ready_ms, page.sent_ms, page.first_byte_ms, page.done_ms]
    ordered = np.maximum.accumulate(np.stack(edges), axis=0)
    return {name: (ordered[i], ordered[i + 1]) for i, name in enumerate(PARTS)}


def _figure(
    result: ExperimentResult, level: Level, patterns: list[Pattern], shown: dict[str, Waterfall]
) -> Figure:
    columns = min(COLUMNS, len(patterns)) if len(patterns) != 4 else 2
    rows = -(-len(patterns) // columns)
    bars = max(len(page.done_ms) for page in shown.values())
    inches = max(LEAST_INCHES, BAR_INCHES * bars) + HEAD_INCHES
    figure = new_figure(inches * rows + 0.4)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, pattern in zip(panels, patterns, strict=False):
        page = shown[pattern.name]
        _panel(axes, page, look(result, pattern.name).colour)
        axes.set_title(f"{pattern.title}: {number(page.makespan_ms)} ms")
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(patterns))
        if place + columns >= len(patterns):
            axes.set_xlabel("ms since the page was asked for")
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel(_which(shown))
    linear_axis(panels[0], [page.makespan_ms for page in shown.values()], vertical=False)
    _resource_axis(panels[0], max(page.resources for page in shown.values()))
    if level.text:
        figure.suptitle(level.text, x=0.01, ha="left", fontsize=10)
    legend_below(figure, [_sample(name) for name in PARTS])
    return figure


def _which(shown: dict[str, Waterfall]) -> str:
    """ "resource", "resource (every 3rd)"."""
    every = max(page.every for page in shown.values())
    ending = {1: "st", 2: "nd", 3: "rd"}.get(every % 10 if every % 100 // 10 != 1 else 0, "th")
    return "resource" if every == 1 else f"resource (every {every}{ending})"


def _resource_axis(axes: Axes, resources: int) -> None:
    axes.set_ylim(resources + 0.6, 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(plain))


def _panel(axes: Axes, page: Waterfall, colour: str) -> None:
    """Bars by their resource's number, from 1; a part that took no time is a hairline."""
    place = 1 + page.every * np.arange(len(page.done_ms))
    half = THICKNESS * page.every / 2
    for name, (begin, end) in spans(page).items():
        drawn = end > begin
        corners = [
            [(left, y - half), (right, y - half), (right, y + half), (left, y + half)]
            for left, right, y in zip(begin[drawn], end[drawn], place[drawn], strict=True)
        ]
        axes.add_collection(PolyCollection(corners, **_style(name, colour)), autolim=False)
    axes.grid(axis="y", visible=False)


def _style(name: str, colour: str) -> dict[str, Any]:
    style = dict(PARTS[name][1])
    if "hatch" in style:
        return {"facecolor": "none", "edgecolor": colour, "linewidth": 0.5, **style}
    edge = 0.7 if name == "receiving" else 0.0
    return {"facecolor": colour, "edgecolor": colour, "linewidth": edge, **style}


def _sample(name: str) -> Patch:
    return Patch(label=PARTS[name][0], **_style(name, GREY))
