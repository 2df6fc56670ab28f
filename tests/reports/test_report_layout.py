"""What a reader would see at once: text on text, text beyond the edge, colours that fade.

Text is measured by its box in the rendered figure, broad and slim, for every kind of figure.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from contextlib import nullcontext

import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from bench.analysis.evaluated import Evaluated
from bench.verdicts.judgement import Number
from reports import figures, page, style
from reports.figures import _sheet, claims
from reports.slides import answers

TOUCH = 2.0
"""Pixels: boxes have a little room around their letters."""


def drawn_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Each text that is seen, with its box in pixels."""
    figure.draw_without_rendering()
    found: list[Text] = [*figure.texts, *(t for one in figure.legends for t in one.get_texts())]
    if figure._suptitle is not None:
        found.append(figure._suptitle)
    for axes in figure.axes:
        if not axes.get_visible():
            continue
        found += [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        for axis in (axes.xaxis, axes.yaxis):
            ticks = axis._update_ticks()
            found += [tick.label1 for tick in ticks if tick.label1.get_visible()]
    shown = {id(one): one for one in found if one.get_text().strip() and one.get_visible()}
    return [(one.get_text(), one.get_window_extent()) for one in shown.values()]


def on_one_another(texts: list[tuple[str, Bbox]]) -> list[tuple[str, str]]:
    return [
        (a, b)
        for (a, one), (b, other) in itertools.combinations(texts, 2)
        if min(one.x1, other.x1) - max(one.x0, other.x0) > TOUCH
        and min(one.y1, other.y1) - max(one.y0, other.y0) > TOUCH
    ]


def beyond_the_edge(figure: Figure, texts: list[tuple[str, Bbox]]) -> list[str]:
    box = figure.bbox
    return [
        text
        for text, at in texts
        if at.x0 < -1 or at.y0 < -1 or at.x1 > box.x1 + 1 or at.y1 > box.y1 + 1
    ]


def complaints(found: list[tuple[str, Figure]]) -> dict[str, list[object]]:
    seen: dict[str, list[object]] = {}
    for name, figure in found:
        with mpl.rc_context(style.RC):
            texts = drawn_texts(figure)
        wrong = [*on_one_another(texts), *beyond_the_edge(figure, texts)]
        if wrong:
            seen[name] = wrong
    return seen


@pytest.mark.parametrize("kind", figures.kinds(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("is_slim", [False, True], ids=["broad", "slim"])
def test_no_text_covers_another_or_leaves_the_figure(
    kind: figures.Kind, is_slim: bool, request: pytest.FixtureRequest
) -> None:
    for name in ("run", "swept", "crowded", "apart"):
        evaluated: Evaluated = request.getfixturevalue(name)
        result = evaluated.experiments[0]
        draw = kind.slim if is_slim else kind.figures
        found = draw(evaluated, result)
        assert complaints(found) == {}
        assert all(figure.get_figwidth() <= _sheet.SLIM for _, figure in found) or not is_slim


def test_nor_on_a_slide(
    run: Evaluated, swept: Evaluated, crowded: Evaluated, apart: Evaluated
) -> None:
    for evaluated in (run, swept, crowded, apart):
        assert complaints(answers.slides(evaluated.experiments[0], "footer")) == {}


def test_a_load_of_many_words_is_one(crowded: Evaluated) -> None:
    (level,) = crowded.experiments[0].levels
    assert len(level.text) > 100


def test_ticks_that_would_touch_are_thinned_out_and_the_ends_stay() -> None:
    figure = _sheet.new_figure(2.0, 3.0)
    axes = figure.subplots()
    places = [6, 7, 12, 13, 30]
    axes.set_xlim(0, 31)
    axes.set_xticks(places, [f"{place}00ms" for place in places])
    assert complaints([("before", figure)])
    _sheet.thin_out(figure)
    assert complaints([("after", figure)]) == {}
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert (labels[0], labels[-1]) == ("600ms", "3000ms")
    assert "" in labels


def luminance(colour: str) -> float:
    """Of the WCAG: linear light of an sRGB colour."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


CSS = (page.TEMPLATES / "style.css.j2").read_text(encoding="utf-8")
SCHEMES = [dict(re.findall(r"--(\w+): (#\w{6})", part)) for part in CSS.split("@media")[:2]]


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
def test_colours_stand_out_from_the_paper(scheme: dict[str, str]) -> None:
    for name in ("ink", "soft", "link", "yes", "no", "both", "open"):
        assert contrast(scheme[name], scheme["paper"]) >= 4.5, name
    for name in ("ink", "soft"):
        assert contrast(scheme[name], scheme["panel"]) >= 4.5, name
    for colour in (*style.COLOURS, style.FLOOR_COLOUR):
        assert contrast(colour, scheme["paper"]) >= 2.2, colour


def test_no_two_patterns_look_alike() -> None:
    looks = [(style.COLOURS[n % 8], style.MARKERS[n % 10]) for n in range(20)]
    assert len(set(looks)) == len(looks)


def test_each_figure_has_a_slim_one_of_the_same_name(run: Evaluated) -> None:
    result = run.experiments[0]
    for kind in figures.kinds():
        if kind.name in ("tradeoff", "events", "law_check"):
            broad, slim = kind.figures(run, result), kind.slim(run, result)
            assert [name for name, _ in broad] == [name for name, _ in slim]
            for (_, wide), (_, narrow) in zip(broad, slim, strict=True):
                assert narrow.get_figwidth() < wide.get_figwidth()


def test_what_a_claims_axis_says_stays_in_the_figure(run: Evaluated) -> None:
    """Its panel has what the rows' long names leave."""
    result = run.experiments[0]
    ends = {"wanted": (0.0, 2.0), "verdict": "confirmed"}
    metric = max(result.metrics.values(), key=lambda one: len(one.title)).key
    one = Number("value", metric, "short_polling", 1.0, 0.9, 1.1, 6, **ends)  # type: ignore[arg-type]
    at = "services_link=emulated services_rtt={}ms event_rate=5/s"
    rows = [
        dataclasses.replace(one, at=at.format(2)),
        dataclasses.replace(one, at=at.format(5), law=1.0),
    ]
    for drawing in (nullcontext, _sheet.slim):
        with drawing(), mpl.rc_context(style.RC):
            figure = claims.claim_figure(result, (), rows, "N1 confirmed: a statement")
        assert complaints([("rows", figure)]) == {}
