"""The whole page, written once: self-contained, escaped, and the raw results untouched."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from bench.analysis.evaluated import Evaluated
from bench.model.finding import Finding
from reports import figures, page, present, svg

FEW = ("tradeoff", "distribution")
"""Two kinds show what there is to test about figures in a page; the others take time."""

VOID_TAGS = {"meta", "br", "hr", "link", "img", "input"}


class Checker(HTMLParser):
    """Collects ids and open tags; a page with crossing tags fails."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [value for key in ("href", "xlink:href", "src") if (value := found.get(key))]
        if tag not in VOID_TAGS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID_TAGS:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def contents(folder: Path) -> dict[str, bytes]:
    files = [folder / "run.json", *sorted((folder / "trials").rglob("*"))]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


DOUBT = Finding("order_matters", "doubt", "Late trials differ from early ones.", "Repeat it.")


def doubted(run: Evaluated) -> Evaluated:
    """The same run with a doubt about an experiment as a whole, of no pattern."""
    first, *rest = run.experiments
    return dataclasses.replace(
        run, experiments=(dataclasses.replace(first, findings=(DOUBT,)), *rest)
    )


def test_a_doubt_about_the_whole_experiment_is_shown(written: Path) -> None:
    for name in ("index.html", "report.md"):
        text = (written.parent / name).read_text()
        warning = text.index("Before you quote a number:")
        assert text.index(DOUBT.message) > warning
        assert warning < text.index("backend CPU per event")  # above the answer


@pytest.fixture(scope="module")
def written(run: Evaluated) -> Path:
    every = figures.kinds()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svg, "PNG_DPI", 12)
        patch.setattr(figures, "kinds", lambda: [kind for kind in every if kind.name in FEW])
        before = contents(run.folder)
        index = page.write(doubted(run))
        assert contents(run.folder) == before
    return index


@pytest.fixture(scope="module")
def checked(written: Path) -> Checker:
    checker = Checker()
    checker.feed(written.read_text())
    return checker


def test_the_page_is_whole_and_its_ids_are_unique(checked: Checker) -> None:
    assert checked.open == []
    assert len(checked.ids) == len(set(checked.ids))
    inside = {link.removeprefix("#") for link in checked.links if link.startswith("#")}
    assert inside <= set(checked.ids)


def test_what_has_no_value_is_never_called_nan(written: Path) -> None:
    for name in ("index.html", "report.md"):
        text = re.sub(r"<svg.*?</svg>", "", (written.parent / name).read_text(), flags=re.DOTALL)
        assert not re.search(r"\b(nan|inf)\b", text, re.IGNORECASE)


def test_the_page_needs_nothing_from_elsewhere(checked: Checker, written: Path) -> None:
    assert "script" not in checked.tags
    outside = [link for link in checked.links if not link.startswith("#")]
    figures_of = [link for link in outside if link.startswith("figures/")]
    assert figures_of
    assert all((written.parent / unquote(link)).exists() for link in figures_of)
    assert [link for link in outside if link not in figures_of] == ["summary.csv", "report.md"]
    assert not re.search(r"@import|url\((?!#)", written.read_text())


def test_the_parts_stand_in_order(written: Path) -> None:
    text = written.read_text()
    parts = ["answer", "tradeoff", "distribution", "laws", "load", "delivery", "findings"]
    places = [text.index(f'id="notifications-{part}"') for part in [*parts, "read", "plan"]]
    assert places == sorted(places)


def test_what_processes_said_is_escaped(written: Path) -> None:
    text = written.read_text()
    assert "ERROR &lt;OSError&gt; too many open files" in text
    assert "<OSError>" not in text


def test_markdown_tables_are_even_and_its_figures_exist(written: Path) -> None:
    text = (written.parent / "report.md").read_text()
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1
    names = re.findall(r"\]\((figures/[^)]+)\)", text)
    assert names
    assert all((written.parent / name).exists() for name in names)
    assert all((written.parent / name).with_suffix(".svg").exists() for name in names)


def test_summary_is_written(written: Path) -> None:
    frame = pd.read_csv(written.parent / "summary.csv")
    names = ["run", "experiment", "pattern", "level", "metric", "origin", "unit"]
    assert list(frame.columns)[:7] == names


def test_every_value_has_its_name_where_a_row_is_a_card(written: Path) -> None:
    cells = re.findall(r"<td([^>]*)>", written.read_text())
    assert cells
    assert all('data-label="' in cell or "alone" in cell for cell in cells)


def test_a_column_without_anything_is_left_out() -> None:
    columns = tuple(present.Column(name, name) for name in "abc")
    lines = (present.Line(("1", "-", "")), present.Line(("-", "-", "")))
    found = present.without_empty(present.Table(columns, lines))
    assert found.headers == ["a"]
    assert [line.cells for line in found.lines] == [("1",), ("-",)]
    empty = present.Table(columns, ())
    assert present.without_empty(empty) == empty


def test_cells_of_markdown_do_not_break_tables() -> None:
    assert page.markdown_cell("a|b\nc") == "a\\|b c"
