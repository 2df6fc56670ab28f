"""One outcome of each pattern, piece by piece: what each waited for, and how long."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.analysis.shapes import Waterfall
from bench.model.pattern import Pattern
from reports.figures._axes import linear_axis, plain
from reports.figures._sheet import columns_of, head, legend_below, new_figure
from reports.numbers import number
from reports.style import look
from reports.sweeps import key_levels, name_at

TITLE = "One {event}, piece by piece"
CAPTION = (
    "Each bar is one piece, from its request to its last byte, in request order; all panels "
    "share the time axis. Each pattern shows the {event} with the median makespan of its "
    "trials' {events}; that makespan is given beside the name, and panels are ordered by it at "
    "the first level. Set-up is drawn at the piece for which a connection was opened; others "
    "that need the same connection are drawn as waiting."
)
SECTION = "distribution"
COLUMNS = 3
HEAD_INCHES = 0.95
BAR_INCHES, NAMED_INCHES = 0.062, 0.24
LEAST_INCHES = 1.2
THICKNESS = 0.8

PARTS: dict[str, dict[str, Any]] = {
    "setup": {"alpha": 0.85, "hatch": "/" * 7},
    "queued": {"alpha": 0.2},
    "sent": {"alpha": 0.5},
    "receiving": {"alpha": 1.0},
}
"""The parts of a bar in order, and how each differs in the pattern's colour."""

GREY = "#6b6b6b"


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    levels = {level: shown for level in key_levels(result) if (shown := outcomes_at(result, level))}
    if not levels:
        return []
    first = next(iter(levels.values()))
    order = sorted(first, key=lambda name: -first[name].makespan_ms)
    found = []
    for level, shown in levels.items():
        names = [*(n for n in order if n in shown), *(n for n in shown if n not in order)]
        patterns = [result.pattern(name) for name in names]
        name = name_at("waterfall", level)
        found.append((name, _figure(result, level, patterns, shown)))
    return found


def outcomes_at(result: ExperimentResult, level: Level) -> dict[str, Waterfall]:
    """The outcome to show of each pattern that has one."""
    groups = {pattern.name: result.group(pattern.name, level) for pattern in result.measured}
    return {
        name: group.waterfall
        for name, group in groups.items()
        if group is not None and group.waterfall is not None
    }


def spans(one: Waterfall) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Begin and end of each part of every bar, in ms; they follow one another without gaps."""
    edges = [one.intended_ms, one.ready_ms, one.sent_ms, one.first_byte_ms, one.done_ms]
    ordered = np.maximum.accumulate(np.stack(edges), axis=0)
    return {name: (ordered[i], ordered[i + 1]) for i, name in enumerate(PARTS)}


def _figure(
    result: ExperimentResult, level: Level, patterns: list[Pattern], shown: dict[str, Waterfall]
) -> Figure:
    columns = columns_of(len(patterns), COLUMNS if len(patterns) != 4 else 2)
    rows = -(-len(patterns) // columns)
    bars = max(len(one.done_ms) for one in shown.values())
    names = _names(result, shown)
    bar_inches = NAMED_INCHES if names else BAR_INCHES
    inches = max(LEAST_INCHES, bar_inches * bars) + HEAD_INCHES
    figure = new_figure(inches * rows + 0.4)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, pattern in zip(panels, patterns, strict=False):
        one = shown[pattern.name]
        _panel(axes, one, look(result, pattern.name).colour)
        axes.set_title(f"{pattern.title}: {number(one.makespan_ms)} ms")
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(patterns))
        if place + columns >= len(patterns):
            axes.set_xlabel(result.experiment.noun.fill("ms since the {event} was requested"))
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel("" if names else _which(result, shown))
    linear_axis(panels[0], [one.makespan_ms for one in shown.values()], vertical=False)
    _piece_axis(panels[0], max(one.pieces for one in shown.values()), names)
    head(figure, level.text)
    legend_below(figure, _legend(result, list(shown.values())))
    return figure


def _which(result: ExperimentResult, shown: dict[str, Waterfall]) -> str:
    """The piece's name; with "(every 3rd)" where not all are drawn."""
    assert result.experiment.pieces is not None
    piece = result.experiment.pieces.piece
    every = max(one.every for one in shown.values())
    ending = {1: "st", 2: "nd", 3: "rd"}.get(every % 10 if every % 100 // 10 != 1 else 0, "th")
    return piece if every == 1 else f"{piece} (every {every}{ending})"


def _names(result: ExperimentResult, shown: dict[str, Waterfall]) -> tuple[str, ...]:
    """What each piece is, where all panels have the same ones and the experiment names them."""
    assert result.experiment.pieces is not None
    counts = {one.pieces for one in shown.values() if one.every == 1}
    is_alike = len(counts) == 1 and all(one.every == 1 for one in shown.values())
    return result.experiment.pieces.names.get(counts.pop(), ()) if is_alike else ()


def _piece_axis(axes: Axes, pieces: int, names: tuple[str, ...]) -> None:
    axes.set_ylim(pieces + 0.6, 0.4)
    if names:
        axes.set_yticks(range(1, pieces + 1), names)
        return
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(plain))


def _panel(axes: Axes, one: Waterfall, colour: str) -> None:
    """Bars by their piece's number, from 1; a part that took no time is a hairline."""
    place = 1 + one.every * np.arange(len(one.done_ms))
    half = THICKNESS * one.every / 2
    for name, (begin, end) in spans(one).items():
        drawn = end > begin
        corners = [
            [(left, y - half), (right, y - half), (right, y + half), (left, y + half)]
            for left, right, y in zip(begin[drawn], end[drawn], place[drawn], strict=True)
        ]
        axes.add_collection(PolyCollection(corners, **_style(name, colour)), autolim=False)
    axes.grid(axis="y", visible=False)


def _style(name: str, colour: str) -> dict[str, Any]:
    style = dict(PARTS[name])
    if "hatch" in style:
        return {"facecolor": "none", "edgecolor": colour, "linewidth": 0.5, **style}
    edge = 0.7 if name == "receiving" else 0.0
    return {"facecolor": colour, "edgecolor": colour, "linewidth": edge, **style}


def _legend(result: ExperimentResult, shown: list[Waterfall]) -> list[Patch]:
    """The parts that some bar has."""
    pieces = result.experiment.pieces
    assert pieces is not None
    words = {
        "setup": "connection set-up",
        "queued": pieces.queued,
        "sent": pieces.sent,
        "receiving": pieces.received,
    }
    ends = [spans(one) for one in shown]
    return [
        Patch(label=words[name], **_style(name, GREY))
        for name in PARTS
        if any(np.any(one[name][1] > one[name][0]) for one in ends)
    ]
