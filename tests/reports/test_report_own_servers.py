"""A report says on top whose server it was, with its description; nothing where all are ours."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bench import catalog
from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.model.ownserver import read
from bench.model.pattern import Pattern
from bench.plan.own_servers import OwnFile, described
from reports import own_servers, page

TEXT = """# <ours> & "theirs"
title = "theirs | <b>"
[subscribe]
url = "ws://127.0.0.1:1/"
[publish]
url = "http://127.0.0.1:1/"
"""


def theirs() -> Pattern:
    file = OwnFile("my.toml", "/there/my.toml", TEXT, read(TEXT))
    (found,) = described(catalog.select(["notifications/websocket"]), catalog.patterns, file)
    return found


@pytest.mark.usefixtures("no_figures")
def test_whose_it_is_stands_before_every_number(run: Evaluated, tmp_path: Path) -> None:
    patterns = {**run.file.patterns, theirs().id: theirs()}
    own = dataclasses.replace(
        run, folder=tmp_path, file=dataclasses.replace(run.file, patterns=patterns)
    )
    html = page.write(own).read_text()
    report = (tmp_path / "report" / "report.md").read_text()
    assert report.index("**Not our server:**") < report.index("| pattern |")
    assert "CPU and memory are not measured" in report
    assert "/there/my.toml" in report
    assert TEXT.strip() in report
    assert html.index("Not our server:") < html.index("<table")
    assert "theirs | &lt;b&gt;" in html
    assert "# &lt;ours&gt; &amp;" in html


@pytest.mark.usefixtures("no_figures")
def test_nothing_is_said_where_all_servers_are_ours(run: Evaluated, tmp_path: Path) -> None:
    plain = dataclasses.replace(run, folder=tmp_path)
    assert "Not our server" not in page.write(plain).read_text()
    assert "Not our server" not in (tmp_path / "report" / "report.md").read_text()
    assert own_servers.lines(run.file.patterns.values()) == []


def test_the_colours_of_ours_stay_as_they_were(result: ExperimentResult) -> None:
    known = catalog.patterns(result.name)
    ours = [name for name, one in known.items() if one.compared and not one.stands_for]
    assert [name for name in result.places if name in known] == ours


def test_a_terminal_has_it_in_one_line() -> None:
    (line,) = own_servers.lines([theirs()])
    assert line.startswith("theirs | <b>: a server of your own. Its CPU and memory are not")
    assert "\n" not in line
