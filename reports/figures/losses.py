"""What each crash lost of what clients had been told was done: one bar a crash, back in time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.analysis.shapes import Losses
from reports.figures._sheet import head, is_slim, new_figure
from reports.style import look
from reports.sweeps import name_at

TITLE = "What crashes lost"
CAPTION = (
    "Each row is a crash. Its bar reaches back from the crash to the oldest {event} that was "
    "lost, and the number of lost {events} stands at its end; a dot on the line is a crash that "
    "lost nothing. The figure shows all crashes of all trials of a level."
)
SECTION = "distribution"
HEAD_INCHES, ROW_INCHES = 0.75, 0.13
MOST_CRASHES, MOST_LEVELS = 40, 4
ROOM = 1.22
"""Left of the longest bar there is room for its number."""

LEAST_MS = 1.0


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    levels = {level: shown for level in result.levels if (shown := crashes_at(result, level))}
    return [
        (name_at("losses", level), _figure(result, level, shown))
        for level, shown in list(levels.items())[:MOST_LEVELS]
    ]


def crashes_at(result: ExperimentResult, level: Level) -> dict[str, list[tuple[float, int]]]:
    """Of each pattern, crash by crash: since when something was lost (ms), and how many."""
    found: dict[str, list[tuple[float, int]]] = {}
    for pattern in result.measured:
        group = result.group(pattern.name, level)
        for trial in group.used if group else ():
            if trial.losses is not None:
                found.setdefault(pattern.name, []).extend(_pairs(trial.losses))
    return {name: crashes[:MOST_CRASHES] for name, crashes in found.items()}


def _pairs(losses: Losses) -> list[tuple[float, int]]:
    return [
        (float(window), int(lost))
        for window, lost in zip(losses.window_ms, losses.lost, strict=True)
    ]


def _figure(
    result: ExperimentResult, level: Level, shown: dict[str, list[tuple[float, int]]]
) -> Figure:
    rows = max(map(len, shown.values()))
    figure = new_figure((HEAD_INCHES + ROW_INCHES * rows) * len(shown) + 0.5)
    panels = figure.subplots(len(shown), 1, squeeze=False, sharex=True).ravel()
    longest = max(window for crashes in shown.values() for window, _ in crashes)
    reach = max(LEAST_MS, longest) * ROOM
    for axes, (name, crashes) in zip(panels, shown.items(), strict=True):
        _panel(axes, crashes, look(result, name).colour)
        lossy = sum(lost > 0 for _, lost in crashes)
        title = result.pattern(name).title + (":\n" if is_slim() else ": ")
        axes.set_title(f"{title}{lossy} of {len(crashes)} crashes lost something")
        axes.set_xlim(-reach, reach * 0.02)
    panels[-1].set_xlabel("time before the crash (ms)")
    head(figure, level.text)
    return figure


def _panel(axes: Axes, crashes: Sequence[tuple[float, int]], colour: str) -> None:
    rows = np.arange(len(crashes))
    windows = np.array([window for window, _ in crashes])
    lost = np.array([number for _, number in crashes])
    axes.barh(rows, -windows, color=colour, height=0.75)
    nothing = lost == 0
    if nothing.any():  # a line of no points would stand at the figure's corner, and need room
        axes.plot(
            np.zeros(nothing.sum()), rows[nothing], ".", color=colour, markersize=4, clip_on=False
        )
    for row in rows[~nothing]:
        axes.annotate(
            f"{lost[row]:,}",
            (-windows[row], row),
            xytext=(-3, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=6.5,
        )
    axes.set_ylim(len(crashes) - 0.4, -0.6)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
