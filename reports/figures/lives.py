"""What becomes of each outcome until its client knows it: one bar each, in the order of asking."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.analysis.shapes import Lives
from reports.figures._sheet import head, legend_below, new_figure
from reports.style import INK, look
from reports.sweeps import key_levels, name_at

TITLE = "The life of each {event}"
CAPTION = (
    "Each bar is one {event}, from when it was asked for until its client knew the result. A bar "
    "without a dark part that ends in a cross was lost: its client left and could not come back to "
    "it. A dot is the acknowledgement. Hatched: the client was away. One trial of each pattern, "
    "with the same {events} at the same times; all panels share the time axis."
)
SECTION = "distribution"
LOST = "#b3261e"
GREY = "#6b6b6b"
HEAD_INCHES, BAR_INCHES = 0.75, 0.075
THICKNESS = 0.8

PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "queued": ("waiting for a worker", {"alpha": 0.2}),
    "working": ("at work", {"alpha": 1.0}),
    "unknown": ("finished, and not known yet", {"alpha": 0.5}),
}
"""The parts of a bar in order: name for people, and how it differs in the pattern's colour."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    levels = {level: shown for level in key_levels(result) if (shown := _trials(result, level))}
    return [
        (name_at("lives", level), _figure(result, level, shown)) for level, shown in levels.items()
    ]


def _trials(result: ExperimentResult, level: Level) -> dict[str, Lives]:
    """Of the first usable trial of each pattern that has any."""
    groups = {pattern.name: result.group(pattern.name, level) for pattern in result.measured}
    return {
        name: one.lives
        for name, group in groups.items()
        for one in (group.used if group else ())[:1]
        if one.lives is not None
    }


def spans(one: Lives) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Begin and end of each part of every bar, in ms; what is lost only waits."""
    begun = np.where(np.isnan(one.begun_ms), one.ended_ms, one.begun_ms)
    finished = np.where(np.isnan(one.finished_ms), one.ended_ms, one.finished_ms)
    ordered = np.maximum.accumulate(
        np.stack([np.zeros(len(begun)), begun, finished, one.ended_ms]), axis=0
    )
    return {name: (ordered[i], ordered[i + 1]) for i, name in enumerate(PARTS)}


def _figure(result: ExperimentResult, level: Level, shown: dict[str, Lives]) -> Figure:
    bars = max(len(one.ended_ms) for one in shown.values())
    figure = new_figure((HEAD_INCHES + BAR_INCHES * bars) * len(shown) + 0.7)
    panels = figure.subplots(len(shown), 1, squeeze=False, sharex=True).ravel()
    for axes, (name, one) in zip(panels, shown.items(), strict=True):
        _panel(axes, one, look(result, name).colour)
        axes.set_title(result.pattern(name).title)
        axes.set_ylabel(result.experiment.noun.event)
    end_ms = max(float(np.max(one.ended_ms)) for one in shown.values())
    panels[0].set_xlim(0, end_ms * 1.03)
    panels[-1].set_xlabel(result.experiment.noun.fill("ms since the {event} was asked for"))
    head(figure, level.text)
    legend_below(
        figure,
        [
            *(Patch(color=GREY, label=words, **style) for words, style in PARTS.values()),
            Patch(facecolor="none", edgecolor=GREY, hatch="////", label="client away"),
            Line2D([], [], color=INK, marker=".", linestyle="none", label="acknowledged"),
            Line2D([], [], color=LOST, marker="x", linestyle="none", label="lost"),
        ],
    )
    return figure


def _panel(axes: Axes, one: Lives, colour: str) -> None:
    place = 1 + np.arange(len(one.ended_ms))
    for name, (begin, end) in spans(one).items():
        style = {"facecolor": colour, "edgecolor": "none", **PARTS[name][1]}
        _bars(axes, begin, end, place, style)
    hatched = {"facecolor": "none", "edgecolor": GREY, "hatch": "/" * 6, "linewidth": 0.4}
    _bars(axes, one.away_ms, one.back_ms, place[one.away_of], hatched)
    axes.plot(one.acknowledged_ms, place, color=INK, linestyle="none", marker=".", ms=3)
    lost = one.is_lost
    axes.plot(one.ended_ms[lost], place[lost], color=LOST, linestyle="none", marker="x", ms=5)
    axes.set_ylim(len(place) + 0.6, 0.4)
    axes.grid(axis="y", visible=False)


def _bars(
    axes: Axes, begin: np.ndarray, end: np.ndarray, place: np.ndarray, style: dict[str, Any]
) -> None:
    """A bar for each entry that takes time, centred at its place."""
    half = THICKNESS / 2
    corners = [
        [(left, y - half), (right, y - half), (right, y + half), (left, y + half)]
        for left, right, y in zip(begin, end, place, strict=True)
        if right > left
    ]
    axes.add_collection(PolyCollection(corners, **style), autolim=False)
