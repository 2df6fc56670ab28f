"""What a report shows before anything is unfolded: the answer, one narrow table, one picture."""

from __future__ import annotations

import dataclasses
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from report_builders import near
from report_builders import result as made

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.model.errors import UsageError
from reports import answer, figures, first_screen, page, picture_files, style, svg
from reports.figures._sheet import slim

KIND = next(kind for kind in figures.kinds() if kind.name == "answer")
FEW = ("answer", "tradeoff")


class Seen(HTMLParser):
    """How often each tag stands outside what is folded, the text there, and the folded ids."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.tags: list[str] = []
        self.text = ""
        self.folded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "details":
            self.depth += 1
            self.folded.append(dict(attrs).get("id") or "")
        if not self.depth:
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "details"

    def handle_data(self, data: str) -> None:
        self.text += "" if self.depth else data


@pytest.fixture(scope="module")
def written(swept: Evaluated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of three levels."""
    every = figures.kinds()
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svg, "PNG_DPI", 12)
        patch.setattr(figures, "kinds", lambda: [kind for kind in every if kind.name in FEW])
        return page.write(dataclasses.replace(swept, folder=folder))


@pytest.fixture(scope="module")
def seen(written: Path) -> Seen:
    found = Seen()
    found.feed(written.read_text())
    return found


def drawn(evaluated: Evaluated, result: ExperimentResult) -> Figure:
    ((name, figure),) = KIND.figures(evaluated, result)
    assert name == "answer"
    return figure


def names(axes: Axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def test_only_the_answer_one_table_and_one_picture_are_unfolded(seen: Seen) -> None:
    assert seen.tags.count("table") == 1
    assert seen.tags.count("figure") == 1
    assert seen.tags.count("h2") == 0
    assert "SSE brings an event after" in seen.text
    assert "No pattern clearly has" not in seen.text


def test_every_part_that_links_lead_to_is_folded(seen: Seen) -> None:
    parts = ["said", "levels", "tradeoff", "laws", "load", "delivery", "findings", "read", "plan"]
    folded = [name.removeprefix("notifications-") for name in seen.folded if name]
    assert [name for name in folded if name in parts] == parts


def test_the_table_has_what_people_choose_by_alone(swept: Evaluated, seen: Seen) -> None:
    result = swept.experiments[0]
    tables = answer.without_empty(answer.tables_of(result))
    first, others = first_screen.parted(result, tables)
    (narrow,) = first_screen.narrowed(result, first)
    assert list(narrow.metrics) == first_screen.metrics_of(result)[: first_screen.MOST_METRICS]
    assert {len(row.cells) for row in narrow.rows if row.cells} == {len(narrow.metrics)}
    assert {*narrow.names, *first_screen.left_out(result, first)} == set(tables[0].names)
    assert len(first) + len(others) == len(tables) == 3
    assert seen.tags.count("th") == len(narrow.headers) + len(narrow.rows) + 1  # and the level


def test_columns_move_with_their_values(swept: Evaluated) -> None:
    result = swept.experiments[0]
    tables = answer.tables_of(result)
    first, others = first_screen.parted(result, tables)
    moved = {table.level: table for table in [*first, *others]}
    for table in tables:
        for key in table.metrics:
            before, after = (one.metrics.index(key) for one in (table, moved[table.level]))
            assert table.titles[before] == moved[table.level].titles[after]
            for old, new in zip(table.rows, moved[table.level].rows, strict=True):
                assert old.cells[before : before + 1] == new.cells[after : after + 1]


def test_the_markdown_has_the_same_order(written: Path) -> None:
    text = (written.parent / "report.md").read_text()
    marks = ["SSE brings an event", "| pattern |", "-answer.png)", "### In more words"]
    marks += ["### Other levels", "## Laws"]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_the_best_stands_at_the_top_and_the_floor_below_all(
    run: Evaluated, result: ExperimentResult
) -> None:
    figure = drawn(run, result)
    (level,) = result.levels
    keys = first_screen.metrics_of(result)
    titles = {pattern.name: pattern.title for pattern in result.measured}
    floor = titles.pop("floor")
    assert len(figure.axes) == len(keys) == 3
    for axes, key in zip(figure.axes, keys, strict=True):
        value = {title: result.estimate(name, level, key).value for name, title in titles.items()}
        assert names(axes) == [*sorted(value, key=lambda title: value[title]), floor]
        assert axes.get_xscale() == "log"
        last = axes.get_yticklabels()[-1]
        assert to_hex(str(last.get_color())) == style.FLOOR_COLOUR
    with slim():
        assert floor not in names(drawn(run, result).axes[0])


def test_each_value_is_written_within_its_panel(run: Evaluated, result: ExperimentResult) -> None:
    (level,) = result.levels
    figure = drawn(run, result)
    figure.draw_without_rendering()
    for axes, key in zip(figure.axes, first_screen.metrics_of(result), strict=True):
        values = [result.estimate(p.name, level, key).value for p in result.measured]
        wanted = sorted(answer.numbers.number(value) for value in values)
        assert sorted(text.get_text() for text in axes.texts) == wanted
        right = axes.get_window_extent().x1
        assert all(text.get_window_extent().x1 <= right + 1 for text in axes.texts)


def one_panel(run: Evaluated, metric: str, **values: float) -> Axes:
    """The picture's only panel for patterns with these values."""
    found = made(metric, {name: near(value, value / 10) for name, value in values.items()})
    (axes,) = drawn(run, found).axes
    return axes


def test_zero_stands_at_the_left_edge(run: Evaluated) -> None:
    axes = one_panel(run, "wire_bytes_per_event", sse=0.0, ws=100.0)
    assert names(axes) == ["SSE", "WS"]
    low, high = axes.get_xlim()
    (at,) = axes.lines[1].get_xdata()
    assert at == low > 0
    assert axes.texts[0].get_text() == "0"
    assert high > 110


def test_a_small_difference_looks_small(run: Evaluated) -> None:
    low, high = one_panel(run, "wire_bytes_per_event", sse=100.0, ws=101.0).get_xlim()
    assert high / low >= 9.99


def test_shares_have_an_axis_from_none_to_all_and_the_greatest_first(
    run: Evaluated, result: ExperimentResult
) -> None:
    metric = result.metric("completeness")
    entries = [("sse", 0.5), ("ws", 0.75)]
    found = made("completeness", {name: near(value, 0.01) for name, value in entries})
    words = dataclasses.replace(found.experiment, answer=None, tradeoff=(("completeness",) * 2,))
    (axes,) = drawn(run, dataclasses.replace(found, experiment=words)).axes
    assert (metric.better, names(axes)) == ("higher", ["WS", "SSE"])
    assert axes.get_xscale() == "linear"
    low, high = axes.get_xlim()
    assert low == 0
    assert 1 <= high < 1.5


def test_a_value_that_is_missing_is_said(run: Evaluated) -> None:
    axes = one_panel(run, "wire_bytes_per_event", sse=math.nan, ws=100.0)
    assert names(axes) == ["WS", "SSE"]
    assert [text.get_text() for text in axes.texts] == ["100", "no value"]


def test_the_picture_is_of_the_level_that_the_opening_speaks_of(swept: Evaluated) -> None:
    result = swept.experiments[0]
    level = first_screen.level_of(result)
    assert level is not None
    figure = drawn(swept, result)
    assert figure._suptitle is not None
    assert figure._suptitle.get_text() == level.text


def test_two_warnings_are_seen_and_all_are_there_in_full() -> None:
    full = [f"{one}. Remedy: repeat." for one in ("A", "B", "C")]
    found = first_screen.warnings(full)
    assert (found.short, found.full, found.rest) == (["A.", "B."], full, 1)
    assert found.is_cut
    assert not first_screen.warnings(["Kept."]).is_cut


def test_the_answer_alone_is_two_files(run: Evaluated, tmp_path: Path) -> None:
    found = picture_files.write_answer(dataclasses.replace(run, folder=tmp_path))
    assert [path.name for path in found] == ["notifications-answer.png", "notifications-answer.svg"]
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [path.name for path in found]


@pytest.mark.parametrize(
    ("ids", "is_slide", "message"),
    [(("N4",), False, "--answer with --claim N4: "), ((), True, "--answer with --slide: ")],
)
def test_the_answer_alone_is_alone(
    run: Evaluated, ids: tuple[str, ...], is_slide: bool, message: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        picture_files.write_answer(run, ids, is_slide=is_slide)
