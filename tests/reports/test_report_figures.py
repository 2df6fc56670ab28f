"""Figures: found by being there, the same bytes each time, names that do not overlap."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.model.errors import UsageError
from reports import figures, style, svg
from reports.figures import _axes
from reports.figures._labels import Box, box, choose

WHOLE = 'TITLE = "T"\nCAPTION = "C"\ndef draw(run, result):\n    return []\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WHOLE.replace('TITLE = "T"\n', ""), "TITLE must be a text"),
        (WHOLE.replace('"C"', "3"), "CAPTION must be a text"),
        ('TITLE = CAPTION = "x"\n', "draw must be a function"),
        (WHOLE + 'SECTION = "nowhere"\n', "SECTION 'nowhere' is none of answer"),
        ("def (", "cannot be imported"),
    ],
)
def test_a_bad_file_stops_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    package = tmp_path / f"kinds_{abs(hash(message))}"
    package.mkdir()
    (package / "bad.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match=message) as caught:
        figures.kinds(package, package.name)
    assert "bad.py" in str(caught.value)


def test_a_file_in_the_folder_is_a_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "kinds_good"
    package.mkdir()
    (package / "mine.py").write_text(WHOLE)
    (package / "_helper.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(tmp_path)
    assert [kind.name for kind in figures.kinds(package, package.name)] == ["mine"]
    assert "pyplot" not in " ".join(sys.modules)


OF_SOME_RUNS = {
    "account",
    "added",
    "answer",
    "claims",
    "cost_parts",
    "cost_stack",
    "course_over_time",
    "goodput_over_time",
    "losses",
    "main_curve",
    "curves",
    "law_residuals",
    "lives",
    "loop_lag",
    "strips",
    "waterfall",
    "winner_map",
}


@pytest.mark.parametrize(
    "kind",
    [k for k in figures.kinds() if k.name not in OF_SOME_RUNS],
    ids=lambda kind: kind.name,
)
def test_every_kind_draws_and_names_its_axes(
    kind: figures.Kind, run: Evaluated, result: ExperimentResult
) -> None:
    drawn = kind.figures(run, result)
    assert drawn
    for _, figure in drawn:
        visible = [axes for axes in figure.axes if axes.get_visible()]
        assert any(axes.get_ylabel() or axes.get_yticklabels() for axes in visible)
        assert any(axes.get_xlabel() for axes in visible)


def test_curves_only_where_something_is_swept(run: Evaluated, result: ExperimentResult) -> None:
    kinds = {kind.name: kind for kind in figures.kinds()}
    assert kinds["curves"].figures(run, result) == []


def test_curves_draw_points_and_laws(swept: Evaluated) -> None:
    kind = next(kind for kind in figures.kinds() if kind.name == "curves")
    ((name, figure),) = kind.figures(swept, swept.experiments[0])
    assert name == "curves"
    by_title = {axes.get_title(loc="left"): axes for axes in figure.axes}
    axes = by_title["latency p50 (ms)"]
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert [list(line.get_xdata()) for line in dashed] == [[4.0, 8.0, 12.0]]
    assert dashed[0].get_ydata()[0] == pytest.approx(250, rel=0.001)


def test_colours_differ_and_floors_are_grey(result: ExperimentResult) -> None:
    compared = [p.name for p in result.patterns if p.compared]
    looks = [style.look(result, name) for name in compared]
    assert len({look.colour for look in looks}) == len(compared)
    assert len({look.marker for look in looks}) == len(compared)
    assert style.look(result, "floor").colour == style.FLOOR_COLOUR


def small() -> Figure:
    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([1, 2], [1, 2], color=style.INK)
    return figure


def test_svg_is_the_same_each_time_and_ids_are_its_own() -> None:
    text = svg.as_svg(small(), "one")
    assert text == svg.as_svg(small(), "one")
    first, second = svg.inline(text, "one", "label"), svg.inline(text, "two", "label")
    ids = [set(re.findall(r'\bid="([^"]+)"', found)) for found in (first, second)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])
    references = set(re.findall(r'(?:url\(#|href="#)([^")]+)', first))
    assert references
    assert references <= ids[0]
    assert style.INK not in first


def test_last_bits_of_the_layout_change_no_byte() -> None:
    """What two drawings of one slide differed in; a number that is shown is left alone."""
    one, other = (
        f'<defs><clipPath id="p{digest}"><rect x="{x}" y="{y}"/></clipPath></defs>'
        f'<use xlink:href="#C0_1_{digest}"/><g clip-path="url(#p{digest})">0.000123</g>'
        for digest, x, y in (
            ("a59ade5fde", "115.909447", "-0.0000001"),
            ("77e3ede2e1", "115.909448", "0.0000001"),
        )
    )
    assert svg.settled(one) == svg.settled(other)
    assert svg.settled(one) == (
        '<defs><clipPath id="p0"><rect x="115.909" y="0"/></clipPath></defs>'
        '<use xlink:href="#C0_1_1"/><g clip-path="url(#p0)">0.000123</g>'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("A b/C", "a-b-c"), ("clients=10 event_rate=2/s", "clients=10-event_rate=2-s")],
)
def test_slug(text: str, expected: str) -> None:
    assert svg.slug(text) == expected


def test_names_do_not_cover_one_another() -> None:
    points = [(100.0, 100.0), (104.0, 100.0), (108.0, 101.0), (195.0, 100.0)]
    texts = ["WebSocket", "SSE", "long polling", "at the edge"]
    places = choose(points, texts, Box(0, 0, 200, 200), [])
    boxes = [box(x, y, text, p) for (x, y), text, p in zip(points, texts, places, strict=True)]
    overlaps = [a.overlap(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :]]
    assert max(overlaps) == 0
    assert all(found.right <= 200 for found in boxes)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.05"), (5000, "5,000"), (20_000, "20k"), (3e6, "3M"), (0, "0")],
)
def test_ticks_read_as_numbers(value: float, text: str) -> None:
    assert _axes.plain(value) == text
