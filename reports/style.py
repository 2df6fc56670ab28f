"""How things look: one colour, marker and line per pattern, and the figures' settings.

The colours are those of Okabe and Ito (2008) and two of Paul Tol's, which
colour-blind readers can tell apart; markers and line styles differ as well, so
that a figure can be read in grey.  Knows names and places only, no data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.analysis.evaluated import ExperimentResult

COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#999933",
    "#aa4466",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
LINES: tuple[Any, ...] = (
    "-",
    (0, (6, 1.5)),
    (0, (4, 1.5, 1, 1.5)),
    (0, (2, 1.2)),
    (0, (8, 2, 2, 2)),
)
FLOOR_COLOUR = "#8a8a8a"
FLOOR_LINE: Any = (0, (1, 1.5))

# These three become the page's own colours when a figure stands in it, so they
# must appear in figures for nothing else.
INK = "#1f2328"
FAINT = "#c9ced4"
PAPER = "#fffffe"

RC: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 9.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "figure.dpi": 100,
    "lines.linewidth": 1.7,
    "lines.markersize": 6,
    "svg.fonttype": "none",
}


@dataclass(frozen=True)
class Look:
    """One pattern's appearance, the same in every figure and table."""

    colour: str
    marker: str
    line: Any


def look(result: ExperimentResult, pattern: str) -> Look:
    """By the pattern's place in the catalogue, so that it is the same in every run."""
    if pattern not in result.places:
        return Look(FLOOR_COLOUR, "h", FLOOR_LINE)
    place = result.places.index(pattern)
    return Look(_turn(COLOURS, place), _turn(MARKERS, place), _turn(LINES, place))


def _turn(choices: Sequence[Any], place: int) -> Any:
    return choices[place % len(choices)]
