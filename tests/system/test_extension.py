"""New files alone add an experiment with its patterns, a service, a fault, a metric, a figure.

The experiment is the one that docs/adding-an-experiment.md adds; what goes beyond it stands
in tests/extension, laid over a copy of the project.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from project_copy import ROOT, bench_commands, copy_project, files_of, python

PAGE = ROOT / "docs/adding-an-experiment.md"
EXTENSION = ROOT / "tests/extension"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the new files in it; what was there is as it was."""
    folder = tmp_path_factory.mktemp("copy")
    copy = copy_project(folder, "docs", "README.md", figures=("curves",))
    files = files_of(PAGE)
    for path in EXTENSION.rglob("*.py"):
        files[str(path.relative_to(EXTENSION))] = path.read_text()
    for name, text in files.items():
        path = copy / name
        assert not path.exists(), "only new files"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return copy


TINY = "--quick --repeats 1 --duration 300ms --set warmup=100ms"
FAULTS = "--fault worker.1:nudge@50% --fault beacon:nudge@60%"
COMMANDS = (
    "list",
    "list echo",
    "doctor",
    f"run echo {TINY} --set wait=5,20ms --results results/plain",
    f"run echo/gateway {TINY} {FAULTS} --results results/faulty",
)
MEASURED = {(name, f"wait={wait}ms") for name in ("direct", "gateway") for wait in (5, 20)}


@pytest.fixture(scope="module")
def told(copy: Path) -> str:
    """What the commands say, each of which must end well.

    This runs at the lowest priority: where a trial starves, the test that asked first fails, and
    is run again with new results.
    """
    shutil.rmtree(copy / "results", ignore_errors=True)
    ended = bench_commands(*COMMANDS, cwd=copy)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    (table,) = copy.glob("results/plain/*/report/summary.csv")
    rows = pd.read_csv(table).query("metric == 'echoed_bytes'").dropna(subset="value")
    assert set(zip(rows.pattern, rows.level, strict=True)) == MEASURED, ended.stdout[-3000:]
    return ended.stdout


@pytest.fixture(scope="module")
def run(copy: Path, told: str) -> Path:
    """Both patterns at two levels."""
    (found,) = (copy / "results/plain").iterdir()
    return found


@pytest.fixture(scope="module")
def faulty(copy: Path, told: str) -> Path:
    """Parts and a service that the new verb acts on."""
    (found,) = (copy / "results/faulty").iterdir()
    return found


def test_it_is_listed_and_documented(copy: Path, told: str) -> None:
    assert "echo/direct" in told
    assert "echo/gateway" in told
    assert re.search(r"^ *text\b", told, re.M)
    assert "Beacon" in told
    written = python("bench.tools.docs", "--write", cwd=copy)
    assert written.returncode == 0, written.stdout[-3000:] + written.stderr[-3000:]
    pages = {path.stem: path.read_text() for path in (copy / "docs").glob("*.md")}
    assert "`echo/gateway`" in pages["patterns"]
    assert "`echoed_bytes`" in pages["metrics"]
    assert "ECHO-1" in pages["laws"]
    assert "`nudge`" in pages["faults"]
    assert "`text`" in pages["load"]
    assert "`targets/echo/`" in pages["map"]
    shutil.rmtree(copy / "docs")
    shutil.copytree(ROOT / "docs", copy / "docs")


def test_its_rows_are_there(run: Path) -> None:
    summary = pd.read_csv(run / "report/summary.csv")
    assert set(summary.pattern) == {"direct", "gateway"}
    own = summary[summary.metric == "echoed_bytes"]
    assert set(own.value) == {100.0}
    assert set(own.level) == {"wait=5ms", "wait=20ms"}
    used = summary[summary.pattern == "gateway"].set_index(["metric", "level"]).value
    for role in ("store", "worker", "server", "proxy"):
        assert used[(f"{role}_cpu_us_per_event", "wait=5ms")] > 0
    law = summary[(summary.metric == "latency_p50") & (summary.pattern == "direct")]
    assert set(law.law) == {"ECHO-1"}
    assert set(law.predicted) == {5.0, 20.0}


def test_its_faults_and_parts_are_recorded(faulty: Path) -> None:
    (path,) = faulty.glob("trials/*/trial.json")
    trial = json.loads(path.read_text())
    assert trial["status"] == "ok", trial["reason"]
    assert [(one["verb"], one["failure"]) for one in trial["faults"]] == [("nudge", "")] * 2
    meters = pd.read_parquet(path.with_name("meters.parquet"))
    assert {"store", "worker.0", "worker.1", "gateway"} <= set(meters.part)


def test_its_curve_and_figure_are_drawn_in_its_words(run: Path) -> None:
    figures = {path.stem for path in (run / "report/figures").glob("*.png")}
    assert any("curves" in name for name in figures)
    assert any("trial_dots" in name for name in figures)
    page = (run / "report/report.md").read_text()
    assert "Trial by trial" in page
    assert "per echo" in page


def test_nothing_that_was_there_has_changed(copy: Path, run: Path, faulty: Path) -> None:
    assert run.exists()
    assert faulty.exists()
    new = set(files_of(PAGE))
    new |= {str(path.relative_to(EXTENSION)) for path in EXTENSION.rglob("*.py")}
    for name in ("bench", "targets", "scenarios", "reports", "docs"):
        for path in (copy / name).rglob("*"):
            if path.is_file() and path.suffix != ".pyc" and str(path.relative_to(copy)) not in new:
                assert path.read_bytes() == (ROOT / path.relative_to(copy)).read_bytes()
