"""What the commands print: at every width whole words, whole numbers, and no line too long."""

from __future__ import annotations

import dataclasses
import io
import re
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_run import make_claims_run
from rich.console import Console
from typer.testing import CliRunner

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.analysis.run_noise import History, PastRun
from bench.cli import screen
from bench.cli.main import application
from bench.model.records import Audit
from bench.stats.estimates import Estimate
from bench.tools import aa, aa_runs, aims, calibration, delivery_costs, selfproof
from reports import answer, terminal
from reports.fitted_table import GAP, Column, FittedTable, fitted, layout

WIDTHS = (80, 100, 120, 200)
wide = pytest.mark.parametrize("width", WIDTHS)


def at(width: int, shown: object) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(shown)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def assert_fits(text: str, width: int) -> None:
    assert text.strip()
    assert "\u2026" not in text
    assert "..." not in text
    assert [line for line in text.splitlines() if len(line.rstrip()) > width] == []


@pytest.fixture(scope="module")
def claims_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "claims"
    return make_claims_run(folder, "N5", 2, duration="1s")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A command at a width; pages are not drawn."""
    monkeypatch.setattr("reports.page.write", lambda run: run.folder / "report/index.html")

    def invoke(width: int, *words: object) -> str:
        shown = CliRunner().invoke(
            application(), [str(word) for word in words], env={"COLUMNS": str(width)}
        )
        assert shown.exception is None
        return shown.output

    return invoke


# --- every command, at every width ---------------------------------------------------------


@wide
def test_what_a_run_has_shown_fits(bench: Callable[..., str], run_folder: Path, width: int) -> None:
    shown = bench(width, "report", run_folder)
    assert_fits(shown.rpartition("report:  ")[0], width)
    for word in ("short polling", "500 ms", "37.7 \u00b5s", "\u00b19 %"):
        assert word in shown


@wide
def test_verdicts_fit(bench: Callable[..., str], claims_folder: Path, width: int) -> None:
    assert_fits(bench(width, "claims", claims_folder), width)


@wide
def test_a_comparison_fits(bench: Callable[..., str], run_folder: Path, width: int) -> None:
    shown = bench(width, "compare", run_folder)
    assert_fits(shown, width)
    assert shown.startswith("Of ")
    assert_fits(bench(width, "compare", run_folder, run_folder), width)


@wide
@pytest.mark.parametrize("words", ["list", "list notifications", "claims"])
def test_what_only_looks_fits(bench: Callable[..., str], words: str, width: int) -> None:
    assert_fits(bench(width, *words.split()), width)


@wide
def test_an_audit_fits(
    bench: Callable[..., str], swept: Evaluated, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    file = dataclasses.replace(swept.file, audit=Audit(3, ["SP-1", "SP-2", "SSE-1"]))
    audited = dataclasses.replace(swept, file=file)
    monkeypatch.setattr("bench.results.evaluation.evaluate", lambda folder: audited)
    assert_fits(bench(width, "report", swept.folder).rpartition("report: ")[0], width)


def calibrated() -> list[FittedTable]:
    """The tables of `bench calibrate`, of made numbers."""
    rates = {calibration.ENGINE: [1e5, 1.2e5], calibration.WRK: [1.7e5], "FastHttpUser": [7.8e3]}
    turns = {name: [calibration.Turn(rate, 1e6 / rate) for rate in rates[name]] for name in rates}
    levels = [calibration.Level(clients, turns, [0.5]) for clients in (64, 1000)]
    receivers = {
        name: [delivery_costs.Turn(12.34, 5.67, 23_456)] for name in ("load process", "in C")
    }
    costs = [delivery_costs.Costs(one, 10_000, receivers) for one in selfproof.declared().streams]
    values = {number: {"latency_p99": 1.0 + number % 3 / 10} for number in range(20)}
    tallies = aa.tally_of(values, ["latency_p99"])
    past = [PastRun("", "", {"latency_p99": [1.0 + n / 50, 1.1, 1.2, 1.3]}) for n in range(6)]
    history = History(1, {}, "notifications/sse", [], past)
    floor = dict.fromkeys(selfproof.FLOOR_KEYS, Estimate(0.123, 0.1, 0.2, 5))
    return [
        calibration.table_of(levels),
        delivery_costs.table_of(costs, "load process at abc1234"),
        aims.table_of(delivery_costs.figures_of(costs), "abc1234"),
        selfproof.floor_table(floor),
        aa.one_table(values, ["latency_p99"], "notifications/sse"),
        aa.all_table(tallies, 2, "notifications/sse"),
        aa_runs.table_of(history, ["latency_p99"]),
    ]


@wide
def test_calibration_fits(width: int) -> None:
    for table in calibrated():
        assert_fits(at(width, table), width)


# --- the answer ----------------------------------------------------------------------------


def test_the_answer_comes_first_and_the_page_last(
    bench: Callable[..., str], run_folder: Path, result: ExperimentResult
) -> None:
    lines = bench(200, "report", run_folder).splitlines()
    assert lines[0] == terminal.answer_lines(result)[0]
    places = [
        next(at for at, line in enumerate(lines) if line.startswith(begins))
        for begins in ("At 6 events/s", "short polling", "Beside each value", "[a] ", "report:  ")
    ]
    assert places == sorted(places)


def test_values_have_units_and_a_pattern_that_was_not_measured_its_reason(run: Evaluated) -> None:
    (table,) = answer.answer_tables(run)
    shown = at(200, terminal.answer_table(table))
    assert "500 ms" in shown
    assert "164 B \u2605" in shown
    assert "AMQP" not in shown
    (result,) = run.experiments
    (reason,) = [line for line in terminal.findings(result, [table]) if "AMQP" in line]
    assert reason.startswith("AMQP (RabbitMQ): not measured: rabbitmq-server is missing")


def test_a_metric_that_no_pattern_has_is_no_column(run: Evaluated) -> None:
    (table,) = answer.answer_tables(run)
    place = table.metrics.index("latency_p90")
    rows = [
        dataclasses.replace(
            row,
            cells=tuple(
                answer.Cell("-") if at == place else cell for at, cell in enumerate(row.cells)
            ),
        )
        for row in table.rows
    ]
    shown = at(200, terminal.answer_table(dataclasses.replace(table, rows=tuple(rows))))
    assert "latency p90" in at(200, terminal.answer_table(table))
    assert "latency p90" not in shown


@pytest.mark.parametrize("is_there", [True, False])
def test_a_page_is_opened_on_request(
    bench: Callable[..., str],
    run_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_there: bool,
) -> None:
    opened: list[str] = []

    def opens(url: str) -> bool:
        opened.append(url)
        return is_there

    monkeypatch.setattr(webbrowser, "open", opens)
    shown = bench(200, "report", run_folder, "--open")
    assert opened == [(run_folder.resolve() / "report/index.html").as_uri()]
    assert ("no browser" in shown) is not is_there


# --- the form ------------------------------------------------------------------------------

words = st.text(st.characters(codec="ascii", categories=("L",)), min_size=1, max_size=9)
texts = st.lists(words, min_size=1, max_size=4).map(" ".join)
values = st.floats(0, 1e6).map(lambda value: f"{value:,.2f} ms\n0.1 to {value:,.1f}")


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Column], list[list[str]]]:
    numbers = draw(st.integers(0, 9))
    columns = [Column(draw(texts), is_key=True), Column(draw(texts))]
    columns += [Column(draw(texts), is_number=True) for _ in range(numbers)]
    rows = [
        [draw(texts), draw(texts), *(draw(values) for _ in range(numbers))]
        for _ in range(draw(st.integers(1, 3)))
    ]
    return columns, rows


@given(tables(), st.integers(60, 200))
def test_nothing_is_cut(table: tuple[list[Column], list[list[str]]], width: int) -> None:
    shown = at(width, FittedTable(*table))
    assert_fits(shown, width)
    for row in table[1]:
        for cell in row[2:]:
            assert all(line in shown for line in cell.split("\n"))


@given(tables(), st.integers(60, 200))
def test_a_block_is_as_wide_as_its_line_at_most(
    table: tuple[list[Column], list[list[str]]], width: int
) -> None:
    blocks = layout(*table, width)
    assert [place.index for block in blocks for place in block if place.index] == list(
        range(1, len(table[0]))
    )
    for block in blocks:
        assert block[0].index == 0
        assert sum(place.width for place in block) + GAP * (len(block) - 1) <= width


def test_a_table_wider_than_any_line_is_folded_not_cut() -> None:
    shown = at(10, fitted(("path", "value"), [("a/very/long/path", "123456")], numbers=1))
    assert_fits(shown, 10)
    assert re.sub(r"\D", "", shown) == "123456"


COMMAND = "bench run notifications --claims N1,N2,N3,N4,N5,N6,N7,N8 --repeats 6"


@pytest.mark.parametrize("room", [30, 40, 78])
def test_a_continued_command_is_the_same_command(room: int) -> None:
    lines = screen.continued(COMMAND, room)
    assert "".join(line.removesuffix("\\") for line in lines) == COMMAND
    assert max(len(line.removesuffix("\\").rstrip()) for line in lines) <= room


def test_where_nobody_looks_a_sentence_stays_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    screen.say("word " * 100)
    assert capsys.readouterr().out.count("\n") == 1
    monkeypatch.setenv("COLUMNS", "80")
    screen.say("word " * 100)
    assert_fits(capsys.readouterr().out, 80)
