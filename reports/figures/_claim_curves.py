"""What a claim looks like along a swept parameter: a crossing, or a growth.  Pure drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from bench.analysis.evaluated import ExperimentResult
from bench.verdicts.judgement import Curve, Number
from reports import numbers
from reports.claims_section import title_of, with_unit
from reports.figures._axes import log_axis, tick_text
from reports.style import INK, LINES, look
from reports.wrapping import wrapped

SMALL = 8
WIDE = 8.0
HIGH_SIGNS, WIDE_SIGNS = 28, 56
"""As many as a panel is high and wide."""

DODGE = 0.015
"""Of a value of the swept parameter: so far apart stand points of different curves."""

FILLINGS: tuple[Any, ...] = ("full", "none", "left")


def panels_of(curves: Sequence[Curve]) -> list[list[Curve]]:
    """The curves that can share axes: of one kind, one metric and one swept parameter."""
    found: dict[tuple[str, str, str], list[Curve]] = {}
    for curve in curves:
        found.setdefault((curve.kind, curve.metric, curve.over), []).append(curve)
    return list(found.values())


def draw_curves(axes: Axes, result: ExperimentResult, curves: Sequence[Curve]) -> None:
    """Curves that share axes (`panels_of`); at which settings all were taken stands below.

    Those of one pattern differ in their line and in the filling of their points.
    """
    common = common_words([curve.at for curve in curves])
    for place, curve in enumerate(curves):
        alike = [one.pattern for one in curves[:place]].count(curve.pattern)
        _points(axes, result, curve, common, alike, DODGE * (place - (len(curves) - 1) / 2))
        if curve.kind == "growth":
            _growth(axes, result, curve)
        elif curve.crossing is not None:
            _crossing(axes, result, curve, curve.crossing)
    first = curves[0]
    _sweep_axis(axes, curves)
    (_ratio_axis if first.kind == "crossing" else _value_axis)(axes, result, curves)
    axes.tick_params(labelsize=SMALL)
    at = f" ({' '.join(common)})" if common else ""
    words = wrapped(f"{first.over}{at}".replace("_", " "), WIDE_SIGNS)
    axes.set_xlabel("\n".join(words), fontsize=SMALL + 0.5)


def common_words(texts: Sequence[str]) -> list[str]:
    """The settings that all of these texts name, in their order."""
    return [word for word in texts[0].split() if all(word in text.split() for text in texts)]


def legend_of(axes: Axes) -> list[Any]:
    """What a legend shows of drawn curves."""
    return list(axes.get_legend_handles_labels()[0])


def _points(
    axes: Axes,
    result: ExperimentResult,
    curve: Curve,
    common: Sequence[str],
    alike: int,
    aside: float,
) -> None:
    """`alike` curves of the pattern are drawn already; `aside`: so that no bar covers another."""
    own = look(result, curve.pattern)
    values = [point.value for point in curve.points]
    below = [_reach(point.value - point.low) for point in curve.points]
    above = [_reach(point.high - point.value) for point in curve.points]
    is_ratio = curve.kind == "crossing"
    axes.errorbar(
        [point.x * (1 + aside) if point.x > 0 else point.x for point in curve.points],
        values,
        yerr=[below, above],
        color=own.colour,
        marker=own.marker,
        markersize=5,
        linestyle=LINES[alike % len(LINES)] if is_ratio else "none",
        fillstyle=FILLINGS[alike % len(FILLINGS)],
        linewidth=0.7,
        elinewidth=1.2,
        capsize=2,
        label=_name(result, curve, common),
    )


def _reach(distance: float) -> float:
    return 0.0 if math.isnan(distance) else max(0.0, distance)


def _name(result: ExperimentResult, curve: Curve, common: Sequence[str]) -> str:
    words = title_of(result, curve.pattern)
    is_known = any(curve.other == pattern.name for pattern in result.patterns)
    if curve.kind == "crossing" and (is_known or curve.other != "1"):
        words += f" / {title_of(result, curve.other)}"
    at = " ".join(word for word in curve.at.split() if word not in common)
    return f"{words}, {at.replace('_', ' ')}" if at else words


def _growth(axes: Axes, result: ExperimentResult, curve: Curve) -> None:
    own = look(result, curve.pattern)
    x = np.geomspace(curve.points[0].x, curve.points[-1].x, 50)
    fitted = curve.start + curve.factor * x**curve.exponent
    axes.plot(x, fitted, color=own.colour, linestyle="--", linewidth=1.2)


def _crossing(axes: Axes, result: ExperimentResult, curve: Curve, crossing: Number) -> None:
    own: dict[str, Any] = {"color": look(result, curve.pattern).colour}
    low = crossing.low if crossing.has_interval else crossing.value
    high = crossing.high if crossing.has_interval else crossing.value
    first, last = curve.points[0].x / WIDE, curve.points[-1].x * WIDE
    axes.axvspan(max(low, first), min(high, last), alpha=0.2, linewidth=0, **own)
    label = f"equal at {with_unit(crossing.value, crossing.unit)}"
    axes.axvline(crossing.value, linewidth=1.1, label=label, **own)
    if not math.isnan(crossing.law):
        label = f"law: {with_unit(crossing.law, crossing.unit)}"
        axes.axvline(crossing.law, color=INK, linestyle="--", linewidth=1.2, label=label)


def _sweep_axis(axes: Axes, curves: Sequence[Curve]) -> None:
    places = sorted({point.x for curve in curves for point in curve.points})
    unit = curves[0].over_unit
    if places[0] > 0:
        axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(places, [tick_text(_whole(place), unit) for place in places])
    axes.margins(x=0.08)


def _whole(value: float) -> float:
    """A whole number as one: so it is written with commas."""
    return int(value) if float(value).is_integer() else value


def _ratio_axis(axes: Axes, result: ExperimentResult, curves: Sequence[Curve]) -> None:
    ends = [
        end
        for curve in curves
        for point in curve.points
        for end in (point.value, point.low, point.high)
    ]
    log_axis(axes.yaxis, [1.0, *ends], room=1.3)
    axes.axhline(1, color=INK, linewidth=1)
    _label(axes, f"{result.metric(curves[0].metric).title}, ratio")


def _label(axes: Axes, text: str) -> None:
    axes.set_ylabel("\n".join(wrapped(text, HIGH_SIGNS)), fontsize=SMALL + 0.5)


def _value_axis(axes: Axes, result: ExperimentResult, curves: Sequence[Curve]) -> None:
    ends = [end for curve in curves for point in curve.points for end in (point.value, point.high)]
    log_axis(axes.yaxis, [*ends, *(p.low for c in curves for p in c.points)], room=1.3)
    _label(axes, numbers.title(result.metric(curves[0].metric)))
