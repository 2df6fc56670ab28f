"""The answer as one picture: each pattern's value by what people choose by, the best at the top.

At the one level that the opening speaks of.  Must not know how a comparison is judged, nor the
words of the opening.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from matplotlib.transforms import ScaledTranslation

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.model.pattern import Pattern
from bench.stats.estimates import Estimate
from reports.figures._axes import plain
from reports.figures._sheet import (
    BOLD_SIGNS_PER_INCH,
    BROAD,
    columns_of,
    grow,
    head,
    is_slim,
    new_figure,
    row_inches,
    settle,
)
from reports.first_screen import MOST_METRICS, level_of, metrics_of
from reports.numbers import number, title
from reports.style import FLOOR_COLOUR, INK, look
from reports.wrapping import wrapped

TITLE = "The answer as a picture"
CAPTION = (
    "A dot is a pattern's value, its bar the 95 % interval; in each panel the best value stands "
    "at the top."
)
NEITHER = " Where no side is better, the greatest does."
SECTION = "answer"

LEAST_SPAN = 10.0
"""A logarithmic axis is not shorter: a small difference has to look small."""

CUT = 10.0
"""An interval is drawn so many times as far as its value, and no farther."""

ROOM, ZERO_ROOM = 1.2, 3.0
"""How many times the least value is what stands at the left edge; more where zero does."""

FEW_DECADES = 3
ROW_INCHES, SLIM_ROW_INCHES = 0.22, 0.18
PANEL_INCHES = 0.58
"""What a panel needs beside its rows: title and ticks."""

POINTS = 9.0
SIGN_INCHES = 0.6 * POINTS / 72
GAP_POINTS = 7.0
BAR_POINTS = 2.2
NAME_PAD = 7.0
"""Points between a name and the left edge, on which half of a mark may stand."""

TITLE_PAD = 6.0
SLIM_LABEL_SIGNS = 26
NO_VALUE = "no value"


@dataclass(frozen=True)
class Entry:
    """One row of a panel: a pattern and what it has of the metric."""

    pattern: Pattern
    estimate: Estimate

    @property
    def is_known(self) -> bool:
        return not math.isnan(self.estimate.value)

    @property
    def text(self) -> str:
        return number(self.estimate.value) if self.is_known else NO_VALUE

    @property
    def inches(self) -> float:
        """The width of the text and of the gap before it."""
        return GAP_POINTS / 72 + len(self.text) * SIGN_INCHES

    @property
    def ends(self) -> tuple[float, float]:
        """Of what is drawn: the interval, or the value alone; the left edge where there is none."""
        one = self.estimate
        if not self.is_known:
            return 0.0, 0.0
        if not one.has_interval:
            return one.value, one.value
        if one.value <= 0:
            return 0.0, max(0.0, one.high)
        return max(one.low, one.value / CUT), min(one.high, one.value * CUT)


@dataclass(frozen=True)
class Scale:
    """A panel's axis: shares from 0 to 1, all else logarithmic, where 0 stands on the left edge."""

    is_log: bool
    low: float = 0.0
    least: float = 1.0
    """The axis ends here at the earliest."""

    def at(self, value: float) -> float:
        return max(value, self.low)

    def end(self, rows: Sequence[tuple[float, float]]) -> float:
        """Where the axis ends so that each text has its room: its place, and its share of the axis.

        A text of a third of the axis needs its place within the first two thirds.
        """
        reach = max(self._along(place) / (1 - share) for place, share in rows)
        reach = max(reach, self._along(self.least))
        return self.low * 10**reach if self.is_log else reach

    def _along(self, place: float) -> float:
        return math.log10(self.at(place) / self.low) if self.is_log else place

    def ticks(self, high: float) -> list[float]:
        """One for each power of ten, with 2 and 5 between where these are few."""
        if not self.is_log:
            return [0.0, 0.5, 1.0]
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(high))
        between = (1, 2, 5) if last - first <= FEW_DECADES else (1,)
        found = [sign * 10.0**power for power in range(first, last) for sign in between]
        return [value for value in found if self.low <= value <= high]


def scale_of(rows: Sequence[Entry], *, is_share: bool) -> Scale:
    ends = [end for one in rows if one.is_known for end in (one.estimate.value, *one.ends)]
    positive = [end for end in ends if end > 0]
    if not positive or (is_share and max(positive) <= 1):
        return Scale(is_log=False)
    low, high = min(positive) / ROOM, max(positive)
    if min(ends) <= 0:
        low /= ZERO_ROOM
    missing = max(1.0, LEAST_SPAN * low / high)
    return Scale(is_log=True, low=low / math.sqrt(missing), least=high * math.sqrt(missing))


def caption(result: ExperimentResult) -> str:
    sides = {result.metric(key).better for key in metrics_of(result)}
    return CAPTION + (NEITHER if "neither" in sides else "")


def draw(run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    level = None if run.file.audit is not None else level_of(result)
    if level is None:
        return []
    panels = {key: entries(result, level, key) for key in metrics_of(result)}
    known = {key: rows for key, rows in panels.items() if any(one.is_known for one in rows)}
    shown = dict(list(known.items())[:MOST_METRICS])
    return [("answer", _figure(result, level, shown))] if shown else []


def entries(result: ExperimentResult, level: Level, key: str) -> list[Entry]:
    """The patterns at this level, the best first; then those without a value, then floors."""
    sign = 1 if result.metric(key).better == "lower" else -1
    found = [
        Entry(pattern, result.estimate(pattern.name, level, key))
        for pattern in result.measured_at([level])
        if pattern.compared or not is_slim()
    ]
    found = [one for one in found if one.is_known or one.pattern.compared]
    return sorted(
        found,
        key=lambda one: (
            not one.pattern.compared,
            not one.is_known,
            sign * one.estimate.value if one.is_known else 0.0,
        ),
    )


def _figure(result: ExperimentResult, level: Level, panels: dict[str, list[Entry]]) -> Figure:
    columns = columns_of(len(panels), MOST_METRICS)
    labels = [[_label(one.pattern.title) for one in rows] for rows in panels.values()]
    figure = new_figure(_height(labels, columns), BROAD * (1 + len(panels)) / (1 + MOST_METRICS))
    grid = figure.subplots(len(panels) // columns, columns, squeeze=False).ravel()
    for axes, names, rows in zip(grid, labels, panels.values(), strict=True):
        _name_rows(axes, names, rows)
    if head(figure, level.text):
        grow(figure, 2)
    settle(figure)  # from here on it is known how wide the panels are
    titles = [title(result.metric(key)) for key in panels]
    _titles(figure, list(grid), titles, columns)
    for axes, (key, rows) in zip(grid, panels.items(), strict=True):
        _panel(axes, result, key, rows)
    return figure


def _label(name: str) -> str:
    """A row's name; on a telephone in lines that leave half of the width to the axis."""
    return textwrap.fill(name, SLIM_LABEL_SIGNS) if is_slim() else name


def _titles(figure: Figure, grid: Sequence[Axes], texts: Sequence[str], columns: int) -> None:
    """Each begins where the names of its rows do, and has room as far as the panel goes."""
    room = int(figure.get_figwidth() / columns * BOLD_SIGNS_PER_INCH)
    lines = [wrapped(text, room) for text in texts]
    for axes, one in zip(grid, lines, strict=True):
        left = min(label.get_window_extent().x0 for label in axes.get_yticklabels())
        inches = (left - axes.get_window_extent().x0) / axes.figure.dpi
        moved = ScaledTranslation(inches, TITLE_PAD / 72, axes.figure.dpi_scale_trans)
        axes.set_title("\n".join(one), transform=axes.transAxes + moved)
    for first in range(0, len(lines), columns):
        grow(figure, max(map(len, lines[first : first + columns])))


def _height(labels: Sequence[Sequence[str]], columns: int) -> float:
    least = SLIM_ROW_INCHES if is_slim() else ROW_INCHES
    heights = [PANEL_INCHES + row_inches(least, names) * len(names) for names in labels]
    return max(heights) if columns > 1 else sum(heights)


def _name_rows(axes: Axes, names: Sequence[str], rows: Sequence[Entry]) -> None:
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, pad=NAME_PAD)
    axes.grid(axis="y", visible=False)
    for label, one in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_color(INK if one.pattern.compared else FLOOR_COLOUR)


def _panel(axes: Axes, result: ExperimentResult, key: str, rows: Sequence[Entry]) -> None:
    scale = scale_of(rows, is_share=not result.metric(key).unit)
    width = axes.get_window_extent().width
    _axis(
        axes,
        scale,
        scale.end([(one.ends[1], one.inches * axes.figure.dpi / width) for one in rows]),
    )
    for place, one in enumerate(rows):
        if one.is_known:
            _row(axes, result, scale, place, one)
        axes.annotate(
            one.text,
            (scale.at(one.ends[1]), place),
            xytext=(GAP_POINTS, 0),
            textcoords="offset points",
            va="center",
            fontsize=POINTS,
            annotation_clip=False,
        )


def _axis(axes: Axes, scale: Scale, high: float) -> None:
    if scale.is_log:
        axes.set_xscale("log")
    axes.set_xlim(scale.low, high)
    axes.xaxis.set_minor_locator(NullLocator())
    ticks = scale.ticks(high)
    axes.set_xticks(ticks, [plain(tick) for tick in ticks])


def _row(axes: Axes, result: ExperimentResult, scale: Scale, place: int, one: Entry) -> None:
    own = look(result, one.pattern.name)
    ends = [scale.at(end) for end in one.ends]
    axes.plot(ends, [place, place], color=own.colour, linewidth=BAR_POINTS, clip_on=False)
    axes.plot(
        scale.at(one.estimate.value), place, color=own.colour, marker=own.marker, clip_on=False
    )
