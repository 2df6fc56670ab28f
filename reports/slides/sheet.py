"""The sheet that all slides share: a title, a line below it, room for a picture, a footer.

It is drawn small and shown large, so that the usual sizes of text are legible from afar.  Knows
nothing of what a slide shows.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from reports.style import INK, RC
from reports.svg import as_svg

WIDTH, HEIGHT = 5.76, 3.24
"""Inches as drawn: 10 points are then 22 on the slide."""

PIXELS = 2560, 1440
DPI = 200
SHOWN_INCHES = PIXELS[0] / DPI, PIXELS[1] / DPI

SOFT = "#59636e"
SIZES = ((11.5, 2), (10.0, 3), (8.5, 4))
"""Of titles: points as drawn, and how many lines may have this size."""

SIGN_SHARE = 0.6
"""Mean width of a bold letter as a share of the font's size."""

LEGEND_SIGNS = 88
"""Letters that have room beside each other below a picture."""

MARGIN = 0.03
LINE = 1.28
SMALL, TINY = 8.0, 5.6
SVG_SIZE = re.compile(r'width="[\d.]+pt" height="[\d.]+pt"')


@dataclass(frozen=True)
class Sheet:
    """A slide under way: its figure, and the part of it that is for the picture."""

    figure: Figure
    body: SubFigure


def sheet(title: str, below: str = "", footer: str = "", colour: str = SOFT) -> Sheet:
    """An empty slide; `below` is a line of its own in `colour`. Call it within `style.RC`."""
    size, lines = fitted(title)
    below_lines = textwrap.wrap(below, int(WIDTH * 72 * (1 - 2 * MARGIN) / SMALL / SIGN_SHARE))[:2]
    head = (size * LINE * len(lines) + SMALL * LINE * len(below_lines) + 9) / 72
    foot = TINY * 2 / 72
    figure = Figure(figsize=(WIDTH, HEIGHT), layout=ConstrainedLayoutEngine(w_pad=0.09))
    heights = [head, HEIGHT - head - foot, foot]
    parts: Any = figure.subfigures(3, 1, height_ratios=heights, hspace=0.0)
    top, body, bottom = parts
    down = 5 / 72 / head
    top.text(
        MARGIN,
        1 - down,
        "\n".join(lines),
        fontsize=size,
        fontweight="bold",
        va="top",
        linespacing=LINE * 0.93,
    )
    down += size * LINE * len(lines) / 72 / head
    if below_lines:
        text = "\n".join(below_lines)
        top.text(MARGIN, 1 - down, text, fontsize=SMALL, va="top", color=colour)
    bottom.text(MARGIN, 0.5, footer, fontsize=TINY, va="center", color=SOFT)
    return Sheet(figure, body)


def fitted(title: str) -> tuple[float, list[str]]:
    """The largest size at which a title has few enough lines, and these lines."""
    lines: list[str] = []
    for size, most in SIZES:
        lines = textwrap.wrap(title, int(WIDTH * 72 * (1 - 2 * MARGIN) / size / SIGN_SHARE))
        if len(lines) <= most:
            return size, lines
    size, most = SIZES[-1]
    return size, [*lines[: most - 1], textwrap.shorten(" ".join(lines[most - 1 :]), len(lines[0]))]


def plain(axes_size: float = SMALL) -> dict[str, float]:
    """Settings that no text of a slide may fall below."""
    return {
        "xtick.labelsize": axes_size,
        "ytick.labelsize": axes_size,
        "axes.labelsize": axes_size,
        "axes.titlesize": axes_size + 0.5,
        "legend.fontsize": axes_size,
        "lines.markersize": 5,
    }


def save(figure: Figure, stem: Path) -> list[Path]:
    """As PNG of 2560 x 1440 pixels (200 dpi: 12.8 x 7.2 inches) and as SVG of the same size."""
    png, vector = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")
    with mpl.rc_context(RC):
        FigureCanvasAgg(figure)
        figure.savefig(
            png,
            format="png",
            dpi=PIXELS[0] / WIDTH,
            metadata={"Software": None},
            pil_kwargs={"dpi": (DPI, DPI)},
        )
    width, height = (inches * 72 for inches in SHOWN_INCHES)
    text = SVG_SIZE.sub(f'width="{width:g}pt" height="{height:g}pt"', as_svg(figure, stem.name), 1)
    vector.write_text(text, encoding="utf-8")
    return [png, vector]


def says_nothing(body: SubFigure, words: str) -> None:
    """Text in place of a picture."""
    width = int(WIDTH * 72 * (1 - 2 * MARGIN) / 9 / SIGN_SHARE * 1.1)
    lines = [line for text in words.split("\n") for line in textwrap.wrap(text, width)]
    body.text(MARGIN, 0.96, "\n".join(lines), fontsize=9, va="top", color=INK, linespacing=1.5)
