"""The report of an audit: laws.csv, the table, the figure, the page that is kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from make_run import make_run

from bench.analysis.evaluated import Evaluated
from bench.model.records import Audit
from bench.results.evaluation import evaluate
from reports import audit, datafiles, figures, page

POINTS = {"clients": (8, 4, 12), "repeats": 2, "duration_s": 10.0, "poll_interval_s": 0.5}


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """Two patterns at three points; windows are as long as the laws' domains ask."""
    folder = tmp_path_factory.mktemp("results") / "audit"
    names = ("short_polling", "sse")
    made = evaluate(make_run(folder, names=names, rates=(60.0,), spoil=False, **POINTS))  # type: ignore[arg-type]
    file = dataclasses.replace(made.file, audit=Audit(3, ["SP-1", "SP-2", "SSE-1"]), seed=11)
    return dataclasses.replace(made, file=file)


def test_every_point_of_a_law_is_a_row_with_all_parameters(audited: Evaluated) -> None:
    rows = datafiles.laws(audited)
    assert {"clients", "poll_interval", "link", "duration"} <= set(rows.columns)
    assert set(rows.law) == {"SP-1", "SP-2", "SSE-1"}
    mean = rows[(rows.law == "SP-1") & (rows.metric == "latency_mean")]
    assert sorted(mean.clients) == [4, 8, 12]
    assert set(mean.poll_interval) == {0.5}
    for row in mean.itertuples():
        assert row.residual == pytest.approx(row.measured / row.predicted - 1)
        assert row.inside == (abs(row.residual) <= row.band)
        assert row.low <= row.measured <= row.high


def test_the_files_of_an_audit(audited: Evaluated, tmp_path: Path) -> None:
    made = dataclasses.replace(audited, folder=tmp_path)
    page.write(made)
    report = tmp_path / "report"
    assert len(pd.read_csv(report / "laws.csv")) == len(datafiles.laws(made))
    text = (report / "audit.md").read_text()
    assert text.startswith("# Audit of the laws of `notifications`\n")
    assert "3 random points from each domain, 2 trials a point, seed 11." in text
    assert "bench laws notifications --law SP-1,SP-2,SSE-1 --points 3 --seed 11 --repeats 2" in text
    assert "- date: 2024-01-02T0" in text
    assert "- cpu: " in text
    shown = (report / "index.html").read_text()
    assert "The laws at 3 random points of each domain, seed 11." in shown
    assert 'id="notifications-tradeoff"' not in shown
    assert "bench run notifications --claims" not in shown
    assert " points lie in the band of their law." in shown
    assert "law_residuals" in "".join(path.name for path in (report / "figures").iterdir())


@pytest.mark.usefixtures("no_figures")
def test_another_run_has_nothing_of_an_audit(swept: Evaluated, tmp_path: Path) -> None:
    page.write(dataclasses.replace(swept, folder=tmp_path))
    assert (tmp_path / "report/report.md").exists()
    assert not (tmp_path / "report/audit.md").exists()


def test_nor_has_it_the_figure(swept: Evaluated) -> None:
    kind = next(kind for kind in figures.kinds() if kind.name == "law_residuals")
    assert kind.figures(swept, swept.experiments[0]) == []


def test_the_table_has_a_row_for_each_law_metric_and_pattern(audited: Evaluated) -> None:
    (result,) = audited.experiments
    found = audit.summary(result, audit.ids_of(audited))
    laws = [line.cells[0].removesuffix(" (fitted)") for line in found.lines]
    rows = [(law, one.pattern, *one.cells[2:4]) for law, one in zip(laws, found.lines, strict=True)]
    assert ("SP-1", "short_polling", "latency mean", "3") in rows
    assert ("SSE-1", "sse", "stream bytes down per event", "3") in rows
    assert len(rows) == len(set(rows))
    assert all("clients=" in line.cells[-1] for line in found.lines if line.cells[3] == "3")


def test_a_fitted_law_is_marked(audited: Evaluated) -> None:
    (result,) = audited.experiments
    for seeds, name in (((3,), "SSE-1 (fitted)"), ((), "SSE-1")):
        laws = tuple(
            dataclasses.replace(law, fitted_with=seeds, passed_with=())
            for law in result.experiment.predictions
        )
        experiment = dataclasses.replace(result.experiment, predictions=laws)
        found = audit.summary(dataclasses.replace(result, experiment=experiment), ["SSE-1"])
        assert [line.cells[0] for line in found.lines] == [name]


def test_each_row_has_a_name_and_the_table_its_worst_point(audited: Evaluated) -> None:
    kind = next(kind for kind in figures.kinds() if kind.name == "law_residuals")
    ((_, figure),) = kind.figures(audited, audited.experiments[0])
    (axes,) = figure.axes
    rows = [label.get_text() for label in axes.get_yticklabels()]
    lines = audit.summary(audited.experiments[0], audit.ids_of(audited)).lines
    assert len(rows) == len(lines) == len(axes.get_yticks())
    assert all(row.split()[0] in line.cells[0] for row, line in zip(rows, lines, strict=True))
    assert all(" law " in line.cells[-1] and "clients=" in line.cells[-1] for line in lines)
