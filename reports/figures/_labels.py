"""Names beside points, placed so that they cover neither each other nor a point.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

FONT_POINTS = 9.0
WIDTH_SHARE = 0.58
"""Mean width of a letter as a share of the font's size."""

CAP = 3.0
"""Half the width of an interval's end mark, with a little room."""

# Offsets in points from the point, with the text's alignment; tried in this order.
PLACES = (
    (8, 0, "left", "center"),
    (0, 9, "center", "bottom"),
    (-8, 0, "right", "center"),
    (0, -9, "center", "top"),
    (8, 10, "left", "bottom"),
    (8, -10, "left", "top"),
    (-8, 10, "right", "bottom"),
    (-8, -10, "right", "top"),
    (0, 21, "center", "bottom"),
    (0, -21, "center", "top"),
    (14, 20, "left", "bottom"),
    (-14, 20, "right", "bottom"),
    (14, -20, "left", "top"),
    (-14, -20, "right", "top"),
)


@dataclass(frozen=True)
class Box:
    """A rectangle in points of the figure."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(0.0, width) * max(0.0, height)


def box(x: float, y: float, text: str, place: tuple[int, int, str, str]) -> Box:
    """The rectangle of a text beside the point (x, y)."""
    dx, dy, across, along = place
    width, height = len(text) * FONT_POINTS * WIDTH_SHARE, FONT_POINTS * 1.2
    left = x + dx - {"left": 0.0, "center": width / 2, "right": width}[across]
    bottom = y + dy - {"bottom": 0.0, "center": height / 2, "top": height}[along]
    return Box(left, bottom, left + width, bottom + height)


def choose(
    points: Sequence[tuple[float, float]], texts: Sequence[str], frame: Box, taken: Sequence[Box]
) -> list[tuple[int, int, str, str]]:
    """A place for each text: the first that covers least of points, bars, texts and margin."""
    covered = [*taken, *(Box(x - 5, y - 5, x + 5, y + 5) for x, y in points)]
    chosen = []
    for (x, y), text in zip(points, texts, strict=True):
        candidates = [(place, box(x, y, text, place)) for place in PLACES]
        costs = [
            sum(own.overlap(other) for other in covered) + 4 * _outside(own, frame)
            for _, own in candidates
        ]
        place, own = candidates[costs.index(min(costs))]
        covered.append(own)
        chosen.append(place)
    return chosen


def _outside(own: Box, frame: Box) -> float:
    area = (own.right - own.left) * (own.top - own.bottom)
    return area - own.overlap(frame)


def _in_points(axes: Axes, scale: float, x: float, y: float) -> tuple[float, float]:
    """Data units as points of the figure."""
    found = axes.transData.transform((x, y)) * scale
    return float(found[0]), float(found[1])


def name_points(
    figure: Figure,
    axes: Axes,
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    bars: Sequence[tuple[float, float, float, float]],
) -> None:
    """Write each text beside its point (data units); `bars` (left, bottom, right, top) stay free.

    The axes' limits must be final and the figure laid out.
    """
    scale = 72 / figure.dpi
    to_points = partial(_in_points, axes, scale)
    frame = Box(*(float(edge) * scale for edge in axes.bbox.extents))
    taken = []
    for point, (left, bottom, right, top) in zip(points, bars, strict=True):
        (x0, y0), (x1, y1), (x, y) = map(
            to_points, (left, right, point[0]), (bottom, top, point[1])
        )
        taken.append(Box(x0 - CAP, y - CAP, x1 + CAP, y + CAP))
        taken.append(Box(x - CAP, y0 - CAP, x + CAP, y1 + CAP))
    places = choose([to_points(*point) for point in points], texts, frame, taken)
    for point, text, (dx, dy, across, along) in zip(points, texts, places, strict=True):
        axes.annotate(
            text,
            point,
            xytext=(dx, dy),
            textcoords="offset points",
            ha=across,
            va=along,
            fontsize=FONT_POINTS,
        )
