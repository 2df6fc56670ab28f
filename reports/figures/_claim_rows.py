"""Numbers of a claim as rows of dots with intervals, against the bound or law.  Pure drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from bench.analysis.evaluated import ExperimentResult
from bench.verdicts.judgement import Judgement, Number
from reports.claims_section import title_of, with_unit, without_empty
from reports.figures._axes import log_axis
from reports.style import FAINT, INK, look
from reports.wrapping import wrapped

ROW_INCHES, LINE_INCHES = 0.14, 0.135
LABEL_SIGNS = 32
MOST_LINES = 4
SMALL = 8


def rows_of(judgement: Judgement) -> list[Number]:
    """The numbers that have something to stand against."""
    return [
        number
        for number in judgement.numbers
        if number.verdict and number.role == "statement" and reference(number)
    ]


def reference(number: Number) -> float:
    """What a number is held against: its law, else its bound, or the middle of two bounds.

    In the middle of 1/3 and 3 is 1; from 0 to a bound there is one bound.  0 where there is none.
    """
    if not math.isnan(number.law):
        return number.law
    low, high = number.wanted
    ends = [end for end in (low, high) if math.isfinite(end)]
    if len(ends) == 2 and (low == 0 or math.isclose(low * high, 1)):
        return high if low == 0 else 1.0
    return sum(ends) / len(ends) if ends else 0.0


def draw_rows(axes: Axes, result: ExperimentResult, rows: Sequence[Number]) -> None:
    """One row each; values as they are where all share a bound, else as shares of theirs."""
    is_shared = _share_a_bound(rows)
    scales = [1.0 if is_shared else 1 / reference(one) for one in rows]
    ends = [
        end * scale
        for one, scale in zip(rows, scales, strict=True)
        for end in (one.value, one.low, one.high, reference(one), *one.wanted)
        if math.isfinite(end)
    ]
    room = 1.08 if max(ends) < 1.5 * min(ends) else 1.5
    is_log = min(ends) > 0
    if is_log:
        log_axis(axes.xaxis, ends, room=room)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    else:
        width = max(ends) - min(ends) or 1.0
        axes.set_xlim(min(ends) - 0.08 * width, max(ends) + 0.08 * width)
    limits = axes.get_xlim()
    for place, (one, scale) in enumerate(zip(rows, scales, strict=True)):
        _row(axes, result, one, scale, place, limits)
    axes.set_xlim(limits)
    axes.axvline(reference(rows[0]) * scales[0], color=INK, linewidth=1)
    axes.set_yticks(range(len(rows)), _labels(result, rows), fontsize=SMALL)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="x", labelsize=SMALL)
    # The axes have what the rows' names leave.
    label = "\n".join(wrapped(_axis_label(result, rows, is_shared), LABEL_SIGNS))
    axes.set_xlabel(label, fontsize=SMALL + 0.5)


def _row(
    axes: Axes,
    result: ExperimentResult,
    one: Number,
    scale: float,
    place: int,
    limits: tuple[float, float],
) -> None:
    own = look(result, one.pattern)
    low, high = (max(limits[0], min(limits[1], end * scale)) for end in one.wanted)
    axes.fill_betweenx([place - 0.5, place + 0.5], low, high, color=FAINT, alpha=0.45, linewidth=0)
    value = one.value * scale
    reach = [[0.0], [0.0]]
    if one.has_interval:
        reach = [[max(0.0, value - one.low * scale)], [max(0.0, one.high * scale - value)]]
    axes.errorbar(
        value,
        place,
        xerr=reach,
        color=own.colour,
        marker=own.marker,
        markersize=5,
        elinewidth=1.2,
        capsize=2,
    )
    axes.annotate(
        with_unit(one.value, one.unit),
        (1.0, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        annotation_clip=False,
    )


def _labels(result: ExperimentResult, rows: Sequence[Number]) -> list[str]:
    """What distinguishes the rows: the pattern, and metric and level where they differ."""
    many_metrics = len({(one.kind, one.metric) for one in rows}) > 1
    many_others = len({one.other for one in rows}) > 1
    has_one_pattern = len({one.pattern for one in rows}) == 1 and len(rows) > 1
    has_one_pattern &= many_metrics or not many_others
    common = set.intersection(*(set(_settings(one.at)[0]) for one in rows))
    found = []
    for one in rows:
        words = "" if has_one_pattern else title_of(result, one.pattern)
        if many_metrics:
            words += f" {result.metric(one.metric).title}"
        if (many_metrics or many_others) and one.kind == "ratio" and one.other != one.pattern:
            words += f" / {title_of(result, one.other)}"
        at = _said_once(one.at, common)
        between = " " if at.startswith("(") else ", "
        words += f"{between}{without_empty(at).replace('_', ' ')}" if at else ""
        words = words.lstrip(", ") or title_of(result, one.pattern)
        found.append("\n".join(wrapped(words, LABEL_SIGNS, MOST_LINES)))
    return found


def lines_of(result: ExperimentResult, rows: Sequence[Number]) -> int:
    """The most lines that a row's name has."""
    return max(label.count("\n") + 1 for label in _labels(result, rows))


def height_of(result: ExperimentResult, rows: Sequence[Number]) -> float:
    """Inches that all rows need for their names, and the axis for further lines of its words."""
    words = wrapped(_axis_label(result, rows, _share_a_bound(rows)), LABEL_SIGNS)
    inches = (ROW_INCHES + LINE_INCHES * lines_of(result, rows)) * len(rows)
    return inches + LINE_INCHES * (len(words) - 1)


def _share_a_bound(rows: Sequence[Number]) -> bool:
    """Whether all are ratios against the same: they then stand as they are."""
    return len({(one.kind, reference(one)) for one in rows}) == 1 and rows[0].kind == "ratio"


def _settings(at: str) -> tuple[list[str], str]:
    """ "a=1 b=2 (a=1 / a=5)" as its settings and what the bracket compares."""
    outside, bracket, inside = at.partition("(")
    return outside.split(), bracket + inside


def _said_once(at: str, common: set[str]) -> str:
    """The settings that not all rows share, but for those that the bracket says again."""
    settings, compared = _settings(at)
    again = compared.strip("()").partition(" / ")[0].split()
    words = [word for word in settings if word not in common and word not in again]
    return " ".join([*words, *([compared] if compared else [])])


def _measure(result: ExperimentResult, one: Number) -> str:
    return str(one.kind) if one.kind == "false verdicts" else result.metric(one.metric).title


def _axis_label(result: ExperimentResult, rows: Sequence[Number], is_shared: bool) -> str:
    metrics = {_measure(result, one) for one in rows}
    about = metrics.pop() if len(metrics) == 1 else "measured"
    patterns = {title_of(result, one.pattern) for one in rows}
    if len(patterns) == 1 and len(rows) > 1:
        about = f"{patterns.pop()}: {about}"
    others = {title_of(result, one.other) for one in rows}
    if is_shared and len(others) == 1:
        return f"{about} / that of {others.pop()}"
    if is_shared:
        return f"{about}, ratio"
    kinds = {"law" if not math.isnan(one.law) else "bound" for one in rows}
    return f"{about} / {' or '.join(sorted(kinds, reverse=True))}"
