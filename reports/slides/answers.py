"""The answer as slides: who has how much of what counts, and the trade-off."""

from __future__ import annotations

import math
import re
import textwrap

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from bench.analysis.evaluated import ExperimentResult, Level
from bench.model.pattern import Pattern
from reports import opening, sentences
from reports.figures import curves, tradeoff
from reports.figures._axes import handle, linear_axis, reach
from reports.figures._labels import name_points
from reports.numbers import EQUAL, number, title
from reports.slides import sheet
from reports.style import RC, look
from reports.sweeps import Sweep, key_levels, sweeps

MOST_PANELS = 3
MOST_SWEPT = 2
MOST_NAMES = 2
"""More patterns have their names in a legend: beside their points they would cover each other."""

TITLE_SIGNS = 50
"""Letters that the titles of all panels have room for in one line."""

CUT = 3.0
INTERVAL = re.compile(r" \((?:95 % interval )?[^()]* to [^()]*\)")
"""Stays in the picture, as a bar."""


def headline(result: ExperimentResult) -> str:
    """The answer in one sentence, without its intervals."""
    said = [*opening.opening(result), *sentences.answer(result)]
    return INTERVAL.sub("", said[0]) if said else result.experiment.title


def metrics_of(result: ExperimentResult) -> list[str]:
    """What the trade-off is between: what is paid for first, then what it costs."""
    pairs = result.experiment.tradeoff
    return list(dict.fromkeys([*(y for _, y in pairs), *(x for x, _ in pairs)]))


def slides(result: ExperimentResult, footer: str) -> list[tuple[str, Figure]]:
    """The answer by pattern, or over what is swept, and the trade-off at the last level."""
    levels = key_levels(result)
    if not levels:
        return []
    found = []
    with mpl.rc_context(RC | sheet.plain()):
        along = sweeps(result)
        if along:
            found.append(("answer", _curves(result, along[0], footer)))
        elif (bars := _bars(result, levels[-1], footer)) is not None:
            found.append(("answer", bars))
        if (traded := _tradeoff(result, levels[-1], footer)) is not None:
            found.append(("tradeoff", traded))
    return found


def _bars(result: ExperimentResult, level: Level, footer: str) -> Figure | None:
    shown = result.measured_at([level])
    keys = [key for key in metrics_of(result) if _values(result, level, shown, key)][:MOST_PANELS]
    if not keys:
        return None
    made = sheet.sheet(headline(result), level.text, footer)
    panels = made.body.subplots(1, len(keys), squeeze=False, sharey=True)[0]
    for axes, key in zip(panels, keys, strict=True):
        _panel(axes, result, level, shown, key)
        words = title(result.metric(key))
        axes.set_title(textwrap.fill(words, TITLE_SIGNS // len(keys)))
    panels[0].set_yticks(range(len(shown)), [pattern.title for pattern in shown])
    panels[0].set_ylim(len(shown) - 0.5, -0.5)
    return made.figure


def _values(
    result: ExperimentResult, level: Level, shown: tuple[Pattern, ...], key: str
) -> list[float]:
    found = [result.estimate(pattern.name, level, key).value for pattern in shown]
    return [value for value in found if not math.isnan(value)]


def _panel(
    axes: Axes, result: ExperimentResult, level: Level, shown: tuple[Pattern, ...], key: str
) -> None:
    most = max(_values(result, level, shown, key))
    ends = [most]
    for place, pattern in enumerate(shown):
        entry = result.estimate(pattern.name, level, key)
        if math.isnan(entry.value):
            continue
        below, above = reach(entry)
        axes.barh(place, entry.value, height=0.66, color=look(result, pattern.name).colour)
        if EQUAL * entry.value < above < CUT * most:
            axes.errorbar(entry.value, place, xerr=[[below], [above]], color="#55606a", capsize=2)
        else:
            above = 0.0
        ends.append(entry.value + above)
        axes.annotate(
            number(entry.value),
            (entry.value + above, place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=sheet.SMALL,
        )
    linear_axis(axes, [max(ends) * 1.3], vertical=False)
    axes.locator_params(axis="x", nbins=3)
    axes.grid(axis="y", visible=False)


def _curves(result: ExperimentResult, sweep: Sweep, footer: str) -> Figure:
    made = sheet.sheet(headline(result), sweep.fixed, footer)
    keys = [key for key in metrics_of(result) if curves.has_values(result, sweep, key)]
    panels = made.body.subplots(1, len(keys[:MOST_SWEPT]), squeeze=False)[0]
    for axes, key in zip(panels, keys[:MOST_SWEPT], strict=True):
        curves.panel(axes, result, sweep, key)
    _legend(made.body, result, result.measured_at(sweep.levels))
    return made.figure


def _tradeoff(result: ExperimentResult, level: Level, footer: str) -> Figure | None:
    pairs = {
        pair: points
        for pair in result.experiment.tradeoff[:MOST_SWEPT]
        if (points := tradeoff.points_of(result, (level,), pair))
    }
    if not pairs:
        return None
    made = sheet.sheet(tradeoff.heading(result, list(pairs)), level.text, footer)
    panels = made.body.subplots(1, len(pairs), squeeze=False, sharey=True)[0]
    for axes, (pair, points) in zip(panels, pairs.items(), strict=True):
        tradeoff.panel(axes, result, points)
        axes.set_xlabel(title(result.metric(pair[0])))
    panels[0].set_ylabel(title(result.metric(next(iter(pairs))[1])))
    shown = result.measured_at([level])
    if len(shown) > MOST_NAMES:
        _legend(made.body, result, shown)
        return made.figure
    made.figure.draw_without_rendering()
    for axes, points in zip(panels, pairs.values(), strict=True):
        places = [(point.x.value, point.y.value) for point in points]
        names = [point.pattern.title for point in points]
        name_points(made.figure, axes, places, names, [point.bars for point in points])
    return made.figure


def _legend(body: SubFigure, result: ExperimentResult, shown: tuple[Pattern, ...]) -> None:
    handles = [handle(result, pattern, line=False) for pattern in shown]
    longest = max(len(pattern.title) for pattern in shown)
    columns = max(1, min(len(handles), 4, sheet.LEGEND_SIGNS // (longest + 6)))
    body.legend(handles=handles, loc="outside lower center", ncols=columns)
