"""How wide a figure is drawn, and what fits into that: columns, headings, legends, ticks.

Every figure is drawn twice for the page: broad, and slim for a telephone, where panels stand below
one another and text keeps its size.  Knows layout only, nothing of what a figure shows.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator

from reports.wrapping import wrapped

BROAD = 10.0
"""Inches: 960 pixels in the page."""

SLIM = 4.4
"""Inches: on a screen of 400 pixels text loses a tenth of its size."""

SIGNS_PER_INCH = 12.5
"""Letters of a legend or a plain heading that an inch has room for."""

BOLD_SIGNS_PER_INCH = 9.5
LEGEND_SIGNS = 8
AXIS_INCHES = 0.7
"""What stands at the left of a panel that has an axis with numbers."""

LEAST_TITLE_SIGNS = 16
GAP_INCHES = 0.09
"""Around each panel: less, and the last tick of one meets the first of the next."""

SLIM_LABEL_SIGNS = 20
LINE_INCHES = 0.17
LEAST_GAP = 3.0
"""Pixels between two ticks' labels."""

_WIDTH: ContextVar[float] = ContextVar("width", default=BROAD)


@contextmanager
def slim() -> Iterator[None]:
    """Within it figures are drawn for a telephone."""
    token = _WIDTH.set(SLIM)
    try:
        yield
    finally:
        _WIDTH.reset(token)


def is_slim() -> bool:
    return _WIDTH.get() == SLIM


def columns_of(count: int, most: int) -> int:
    """How many of `count` panels stand beside one another."""
    return 1 if is_slim() else max(1, min(most, count))


def new_figure(height: float, width: float = BROAD) -> Figure:
    layout = ConstrainedLayoutEngine(w_pad=GAP_INCHES)
    return Figure(figsize=(min(width, _WIDTH.get()), height), layout=layout)


def grow(figure: Figure, lines: int) -> None:
    """Make room for the lines of a text beyond its first, which each figure has room for."""
    figure.set_figheight(figure.get_figheight() + LINE_INCHES * max(0, lines - 1))


def head(figure: Figure, text: str, *, is_bold: bool = False, size: float = 10) -> int:
    """A heading at the left, in as many lines as it needs; returns how many."""
    if not text:
        return 0
    signs = (BOLD_SIGNS_PER_INCH if is_bold else SIGNS_PER_INCH) * 10 / size
    room = int(figure.get_figwidth() * signs)
    lines = [line for part in text.split("\n") for line in wrapped(part, room)]
    weight = "bold" if is_bold else "normal"
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=size, fontweight=weight)
    grow(figure, len(lines))
    return len(lines)


def title_rows(
    figure: Figure,
    titled: Sequence[tuple[Axes, str]],
    columns: int,
    *,
    beside: Sequence[str] = (),
    size: float = 10,
) -> None:
    """Titles of panels that stand in rows of so many columns, in lines that fit their panels.

    `beside` are the labels of rows at the left of each panel.  Pass one column where a title may
    go on above the panels beside its own.
    """
    labels = max((len(line) for label in beside for line in label.split("\n")), default=0)
    inches = figure.get_figwidth() / columns - AXIS_INCHES - labels / SIGNS_PER_INCH
    room = max(LEAST_TITLE_SIGNS, int(inches * BOLD_SIGNS_PER_INCH * 10 / size))
    texts = [wrapped(text, room) for _, text in titled]
    for (axes, _), lines in zip(titled, texts, strict=True):
        axes.set_title("\n".join(lines), fontsize=size)
    for first in range(0, len(texts), columns):
        grow(figure, max(map(len, texts[first : first + columns])))


def legend_below(figure: Figure, handles: Sequence[Line2D | Patch]) -> int:
    """Below the axes, where it covers no data; each label once, long ones in several lines.

    Returns how many rows it has.
    """
    room = figure.get_figwidth() * SIGNS_PER_INCH
    found: dict[str, Any] = {}
    for entry in handles:
        label = textwrap.fill(str(entry.get_label()), max(12, int(room) - LEGEND_SIGNS))
        found.setdefault(label, entry)
    if not found:
        return 0
    lengths = [max(map(len, label.split("\n"))) + LEGEND_SIGNS for label in found]
    across = len(found) if sum(lengths) <= room else max(1, int(room / max(lengths)))
    figure.legend(
        handles=list(found.values()),
        labels=list(found),
        loc="outside lower center",
        ncols=across,
    )
    rows = -(-len(found) // across)
    grow(figure, rows)
    return rows


def thin_out(figure: Figure) -> None:
    """Leave out labels of chosen ticks that would touch their neighbours; the ends stay."""
    chosen = [
        axis
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        if axes.get_visible() and isinstance(axis.get_major_locator(), FixedLocator)
    ]
    if not chosen:
        return
    settle(figure)
    for axis in chosen:
        _thin_out(axis)


def settle(figure: Figure) -> None:
    """Give axes and labels their places, so that they can be measured."""
    layout = figure.get_layout_engine()
    if layout is None:
        figure.draw_without_rendering()
    else:  # places the labels as well, and takes half of the time
        layout.execute(figure)


def _thin_out(axis: Axis) -> None:
    ticks = [tick for tick in axis.get_major_ticks() if tick.label1.get_text()]
    if len(ticks) < 2 or not ticks[0].label1.get_visible():
        return
    along = 0 if axis is axis.axes.xaxis else 1
    spans = []
    for tick in ticks:
        low, high = sorted(tick.label1.get_window_extent().get_points()[:, along])
        spans.append((float(low), float(high)))
    kept = _apart(spans)
    if len(kept) < len(spans):
        places = [float(tick.get_loc()) for tick in ticks]
        texts = [tick.label1.get_text() for tick in ticks]
        shown = [text if at in kept else "" for at, text in enumerate(texts)]
        axis.set_major_locator(FixedLocator(places))
        axis.set_major_formatter(FixedFormatter(shown))


def _apart(spans: Sequence[tuple[float, float]]) -> set[int]:
    """Which of these stretches do not touch, from the last to the first."""
    order = sorted(range(len(spans)), key=lambda at: spans[at][0])
    kept: list[int] = []
    for at in [order[-1], order[0], *order[1:-1]]:
        low, high = spans[at]
        if all(
            low > spans[other][1] + LEAST_GAP or high < spans[other][0] - LEAST_GAP
            for other in kept
        ):
            kept.append(at)
    return set(kept)


def row_label(text: str) -> str:
    """A row's name beside the axes: on a telephone in lines that leave room for them."""
    return textwrap.fill(text, SLIM_LABEL_SIGNS) if is_slim() else text


def row_inches(least: float, names: Sequence[str]) -> float:
    """The height of rows of these names, which may have several lines."""
    return max(least, LINE_INCHES * max((name.count("\n") + 1 for name in names), default=1))
